// Any list of the library as an aligned table, or as JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "call.hpp"

namespace cli {

/// The text with '?' for control characters and U+FFFD for what is not UTF-8.
std::string printable(const std::string& text);

/// RFC 3339 in UTC.
std::string instant(std::int64_t milliseconds);

/// Prints all rows: a table for people, or with `json` an array of objects for programs.
void print(const Handle<myqsec_list>& list, bool json, const std::function<void()>& at_row = {});

/// Prints an answer, and behind it the rows that say why: with `json` an object of two members, `key` and "why".
void print_answer(const std::string& key, bool answer, const std::string& sentence,
                  const Handle<myqsec_list>& why, bool json);

/// Prints one result: with `json` an object of one member, otherwise `sentence`.
void print_result(const std::string& key, std::int64_t value, const std::string& sentence, bool json);
void print_result(const std::string& key, const std::string& value, const std::string& sentence, bool json);
/// The same of letters and digits that the library made up, which no buffer of this program gets to hold:
/// `before` and then the secret.
void print_secret(const std::string& key, const char* secret, const std::string& before, bool json);
struct ShownSecret {
    std::string key;
    std::string before;
    const char* secret;
};
/// Several of them, a line or a member each.
void print_secrets(const std::vector<ShownSecret>& secrets, bool json);

/// Reports where released jobs went: a sentence at once, or with `json` an array when this goes, also after a
/// failure.
class Outputs {
 public:
    explicit Outputs(bool json) : json_(json) {}
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;
    ~Outputs();
    void add(std::int64_t job, const std::string& path);

 private:
    struct Output {
        std::int64_t job;
        std::string path;
    };
    bool json_;
    std::vector<Output> outputs_;
};

}  // namespace cli
