// swtpm, a TPM 2.0 in software, on a free port of the loopback interface, with its state in a temporary
// folder.
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/temporary_folder.hpp"

namespace myqsec::test {

inline bool swtpm_is_installed() {
    return ::access("/usr/bin/swtpm", X_OK) == 0;
}

class SoftwareTpm {
 public:
    SoftwareTpm() { start(); }
    SoftwareTpm(const SoftwareTpm&) = delete;
    SoftwareTpm& operator=(const SoftwareTpm&) = delete;
    ~SoftwareTpm() { stop(); }

    /// As after the machine was switched off and on: the PCRs are zero again.
    void restart() {
        stop();
        start();
    }
    [[nodiscard]] std::string tcti() const { return "swtpm:host=127.0.0.1,port=" + std::to_string(port_); }
    /// Every byte that went over the bus, as upper-case hexadecimal without blanks.
    [[nodiscard]] std::string bus() const {
        std::ifstream log(folder_.path() + "/log", std::ios::binary);
        std::string out;
        for (std::string line; std::getline(log, line);) {
            if (line.find_first_not_of("0123456789ABCDEF \r") != std::string::npos) continue;
            for (const char c : line) {
                if (c != ' ' && c != '\r') out += c;
            }
        }
        return out;
    }

 private:
    static sockaddr_in loopback(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    static bool is_free(int port) {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = loopback(port);
        const bool free =
            ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(descriptor);
        return free;
    }
    static bool answers(int port) {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = loopback(port);
        const bool there =
            ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(descriptor);
        return there;
    }

    void start() {
        // The control port follows the other one: so tpm2-tss expects it.
        for (int port = 20'000 + ::getpid() % 20'000; port < 60'000; port += 2) {
            if (is_free(port) && is_free(port + 1) && launch(port)) return;
        }
        throw std::runtime_error("swtpm does not start");
    }
    bool launch(int port) {
        const auto server = "type=tcp,bindaddr=127.0.0.1,port=" + std::to_string(port);
        const auto control = "type=tcp,bindaddr=127.0.0.1,port=" + std::to_string(port + 1);
        const auto state = "dir=" + folder_.path();
        const auto log = "level=20,file=" + folder_.path() + "/log";
        child_ = ::fork();
        if (child_ == 0) {
            ::execl("/usr/bin/swtpm", "swtpm", "socket", "--tpm2", "--server", server.c_str(), "--ctrl",
                    control.c_str(), "--tpmstate", state.c_str(), "--log", log.c_str(), "--flags",
                    "not-need-init,startup-clear", nullptr);
            ::_exit(127);
        }
        for (int i = 0; i < 500; ++i) {
            if (answers(port + 1)) {
                port_ = port;
                return true;
            }
            if (::waitpid(child_, nullptr, WNOHANG) == child_)
                return false;  // somebody took the port meanwhile
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        stop();
        return false;
    }
    void stop() {
        if (child_ <= 0) return;
        ::kill(child_, SIGTERM);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }

    TemporaryFolder folder_;
    pid_t child_ = -1;
    int port_ = 0;
};

}  // namespace myqsec::test
