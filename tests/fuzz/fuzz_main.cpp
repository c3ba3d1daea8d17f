// libFuzzer's two functions, for all targets. With MYQSEC_FUZZ_SEEDS set, a target writes its seeds into that
// folder instead and ends.
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "fuzz/fuzz_target.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* folder = std::getenv("MYQSEC_FUZZ_SEEDS");
    if (folder == nullptr) return 0;
    int number = 0;
    for (const auto& seed : myqsec::fuzz::seeds()) {
        std::ofstream out(std::string(folder) + "/seed-" + std::to_string(number++), std::ios::binary);
        out.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
        if (!out.flush()) {
            std::perror(folder);
            std::exit(1);
        }
    }
    std::exit(0);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    myqsec::fuzz::run({data, size});
    return 0;
}
