// Any list of the library as an aligned table, or as JSON.
#pragma once

#include <string>

#include "call.hpp"

namespace cli {

/// Prints all rows: a table for people, or with `json` an array of objects for programs.
void print(const Handle<myqsec_list>& list, bool json);

/// Prints one result: with `json` an object of one member, otherwise `sentence`.
void print_result(const std::string& key, std::int64_t value, const std::string& sentence, bool json);
void print_result(const std::string& key, const std::string& value, const std::string& sentence, bool json);

}  // namespace cli
