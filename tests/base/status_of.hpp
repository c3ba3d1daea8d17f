// What a call that may throw comes to.
#pragma once

#include <string>

#include "base/error.hpp"

namespace myqsec::test {

/// The status that it throws, and in `sentence` what that says; OK if it throws none.
template <typename Call>
Status status_of(Call&& call, std::string* sentence = nullptr) {
    try {
        call();
        return Status::OK;
    } catch (const Error& error) {
        if (sentence != nullptr) *sentence = error.what();
        return error.status();
    }
}

template <typename Call>
std::string sentence_of(Call&& call) {
    std::string sentence;
    status_of(call, &sentence);
    return sentence;
}

}  // namespace myqsec::test
