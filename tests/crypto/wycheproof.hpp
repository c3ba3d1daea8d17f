// Project Wycheproof's vectors (https://github.com/C2SP/wycheproof), read where MYQSEC_WYCHEPROOF_DIR says
// they are. Without it the tests are skipped.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::test {

using Vector = nlohmann::json;

inline std::string wycheproof_directory() {
    const char* directory = std::getenv("MYQSEC_WYCHEPROOF_DIR");
    return directory != nullptr ? directory : "";
}

/// Says so once, so that nobody takes a run without vectors for one with them.
inline bool without_wycheproof() {
    static const bool missing = [] {
        if (!wycheproof_directory().empty()) return false;
        std::puts("skipped: MYQSEC_WYCHEPROOF_DIR names no folder with Wycheproof's vectors");
        return true;
    }();
    return missing;
}

inline Bytes bytes_of(const Vector& vector, const char* field) {
    return from_hex(vector.at(field).get<std::string>());
}

/// What has been tried in this process, over all primitives.
struct WycheproofCount {
    std::size_t vectors = 0;
    std::size_t disagreements = 0;
};
inline WycheproofCount& wycheproof_total() {
    static WycheproofCount total;
    return total;
}

/// Gives every vector of a file to `accepts(group, vector)`, which answers whether the implementation took it
/// and yielded what the vector says. An Error of ours is a refusal. "acceptable" vectors may go either way,
/// but `accepts` must still not find a wrong result.
template <typename Accepts>
void check_wycheproof(const std::string& file, Accepts&& accepts) {
    std::ifstream in(wycheproof_directory() + "/" + file);
    REQUIRE_MESSAGE(in.good(), file, " cannot be read; check MYQSEC_WYCHEPROOF_DIR");
    const Vector suite = Vector::parse(in);
    WycheproofCount count;
    for (const Vector& group : suite.at("testGroups")) {
        for (const Vector& vector : group.at("tests")) {
            const auto result = vector.at("result").get<std::string>();
            bool accepted = false;
            try {
                accepted = accepts(group, vector);
            } catch (const Error&) {
                accepted = false;
            }
            ++count.vectors;
            if (result == "acceptable" || accepted == (result == "valid")) continue;
            ++count.disagreements;
            FAIL_CHECK(fmt::format("{} {} ({}) is {}, but was {}", file, vector.at("tcId").get<int>(),
                                   vector.at("comment").get<std::string>(), result,
                                   accepted ? "accepted" : "refused"));
        }
    }
    CHECK(count.vectors == suite.at("numberOfTests").get<std::size_t>());
    std::printf("Wycheproof %s: %zu vectors, %zu disagreements\n", file.c_str(), count.vectors,
                count.disagreements);
    wycheproof_total().vectors += count.vectors;
    wycheproof_total().disagreements += count.disagreements;
}

}  // namespace myqsec::test
