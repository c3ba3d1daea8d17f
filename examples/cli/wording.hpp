// What the library and the parser of arguments say, in the words of the command.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace cli {

/// The library names arguments of C: here they are options, and lists are commands.
[[nodiscard]] std::string in_own_words(std::string sentence);

/// What whoever named no user does about the right that is missing; it goes behind the sentence.
[[nodiscard]] std::string advice_on_denial(const std::string& sentence);

/// What is wrong with the command line. An unknown command is named, with those that there are.
[[nodiscard]] std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace cli
