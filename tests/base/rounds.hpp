// How often a campaign repeats: an environment variable makes it longer than everyday runs can afford.
#pragma once

#include <cstdlib>

namespace myqsec::test {

inline int rounds(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr ? std::atoi(text) : otherwise;
}

}  // namespace myqsec::test
