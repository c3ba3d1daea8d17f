// A SoftHSM token in a temporary folder. Where SoftHSM is not installed, `module` is empty.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/temporary_folder.hpp"

namespace myqsec::test {

inline std::string softhsm_module() {
    for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"}) {
        if (std::filesystem::exists(path)) return path;
    }
    return {};
}

class SoftToken {
 public:
    static constexpr const char* pin = "271828";

    SoftToken() {
        std::filesystem::create_directory(folder_.path() + "/tokens");
        std::ofstream(folder_.path() + "/softhsm2.conf")
            << "directories.tokendir = " << folder_.path()
            << "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n";
        ::setenv("SOFTHSM2_CONF", (folder_.path() + "/softhsm2.conf").c_str(), 1);
        add("printers");
    }
    SoftToken(const SoftToken&) = delete;
    SoftToken& operator=(const SoftToken&) = delete;
    ~SoftToken() { ::unsetenv("SOFTHSM2_CONF"); }

    void add(const std::string& label) const {
        run("softhsm2-util --init-token --free --label '" + label + "' --so-pin 314159 --pin " + pin);
    }
    void remove(const std::string& label) const {
        run("softhsm2-util --delete-token --token '" + label + "'");
    }

    const std::string module = softhsm_module();

 private:
    static void run(const std::string& command) {
        if (std::system((command + " >/dev/null 2>&1").c_str()) != 0)
            throw std::runtime_error(command + " failed");
    }

    TemporaryFolder folder_;
};

}  // namespace myqsec::test
