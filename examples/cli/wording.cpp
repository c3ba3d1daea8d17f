#include "wording.hpp"

#include <map>
#include <regex>
#include <vector>

namespace cli {

namespace {

/// Options that are not called as the field is.
std::string option_of(const std::string& field) {
    static const std::map<std::string, std::string> others{
        {"name", "the name"},
        {"user_name", "the user name"},
        {"card", "the card number"},
        {"pin", "the PIN"},
        {"password", "the password"},
        {"secret", "the root secret"},
        {"states", "--state"},
        {"methods", "--method"},
        {"document_format", "--format"},
        {"retention", "--expires-in"},
        {"argon2_memory_kib", "--argon2-memory"},
    };
    const auto found = others.find(field);
    if (found != others.end()) return found->second;
    return "--" + std::regex_replace(field, std::regex("_"), "-");
}

void replace(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

std::string name_of(const CLI::App& app) {
    const auto* parent = app.get_parent();
    if (parent == nullptr) return {};
    const auto before = name_of(*parent);
    return before.empty() ? app.get_name() : before + ' ' + app.get_name();
}

/// The command as far as it was understood.
const CLI::App& understood(const CLI::App& app) {
    const auto inside = app.get_subcommands();
    return inside.empty() ? app : understood(*inside.front());
}

/// Of the parser's "Could not convert: NAME = VALUE": all that is converted are whole numbers.
std::string number_error(const std::string& said) {
    static const std::regex form("Could not convert: (.*) = (.*)");
    std::smatch found;
    if (!std::regex_match(said, found, form)) return said;
    const auto value = found[2].str();
    const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    return found[1].str() + (digits ? ": the number " + value + " is too large"
                                    : " must be a whole number, not '" + value + "'");
}

std::string commands_of(const CLI::App& app) {
    std::string names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

}  // namespace

std::string in_own_words(std::string sentence) {
    static const std::regex field(R"(\b(?:fields|filter|options|credentials|page|root|grant)\.([a-z0-9_]+))");
    std::smatch found;
    while (std::regex_search(sentence, found, field))
        sentence = found.prefix().str() + option_of(found[1].str()) + found.suffix().str();
    replace(sentence, "argon2_memory_kib", "--argon2-memory");
    replace(sentence, "argon2_iterations", "--argon2-iterations");
    replace(sentence, "first_key", "--key");
    replace(sentence, "accept_earlier_parts", "--accept-earlier-parts");
    replace(sentence, " is NULL", " is missing");
    replace(sentence, "among those who may use it", "among those whom 'myqsec queue allow' lets use it");
    replace(sentence, "the host must name the owner of a job", "say whose job it is: --owner");
    replace(sentence, "list the rights to see all", "'myqsec role rights' lists them");
    replace(sentence, "list the roles to see all", "'myqsec role list' lists them");
    replace(sentence, "list the settings to see all", "'myqsec setting list' lists them");
    return sentence;
}

std::string advice_on_denial(const std::string& sentence) {
    if (sentence.find("is restricted") != std::string::npos) return {};  // another right would not help
    return "; log in as somebody who has it: --user";
}

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
    std::string said = error.what();
    const auto rest = app.remaining(true);
    const auto& command = understood(app);
    const auto inside = commands_of(command);
    if (error.get_name() == "RequiredError" && !inside.empty()) {
        const auto name = name_of(command);
        if (rest.empty())
            return (name.empty() ? "a command is needed: " : "'" + name + "' needs a command: ") + inside;
        return "there is no command '" + (name.empty() ? "" : name + ' ') + rest.front() +
               "'; there are: " + inside;
    }
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError)) {
        // The parser names the arguments last to first, and keeps them no longer.
        const auto first = said.substr(said.find_last_of(' ') + 1);
        const bool option = first.size() > 1 && first.front() == '-';
        return "'" + name_of(command) + "' has no " + (option ? "option '" : "argument for '") + first + "'";
    }
    if (error.get_name() == "ConversionError") return number_error(said);
    if (said.starts_with("--user: At Most 1"))
        return "--user says who asks, and is given once; whom a command is about is USER or --to-user";
    return said;
}

}  // namespace cli
