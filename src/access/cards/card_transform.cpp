#include "access/cards/card_transform.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

#include "access/cards/card_number.hpp"
#include "access/cards/card_pattern.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace card_text {
namespace {

using Change = std::function<std::string(std::string_view)>;

/// A word of an expression, and where each of its bytes stands there.
struct Word {
    std::string text;
    std::vector<std::size_t> at;
    std::size_t begin = 0;
    bool quoted = false;
};

/// What stands behind a step's name.
class Arguments {
 public:
    Arguments(const std::vector<Word>& words, std::size_t first, std::size_t end)
        : words_(words), first_(first), end_(end) {}

    [[nodiscard]] std::size_t count() const { return end_ - first_; }
    [[nodiscard]] const Word& operator[](std::size_t i) const { return words_[first_ + i]; }

    [[nodiscard]] std::size_t number(std::size_t i, std::size_t most) const {
        const auto& text = (*this)[i].text;
        std::size_t value = 0;
        for (const char c : text) {
            if (c < '0' || c > '9' || value > most)
                value = most + 1;
            else
                value = value * 10 + static_cast<std::size_t>(c - '0');
        }
        if (value < 1 || value > most)
            throw Mistake((*this)[i].begin, fmt::format("this must be a number from 1 to {}", most));
        return value;
    }

    /// Which of some words it is; the first if it is left out.
    [[nodiscard]] std::size_t choice(std::size_t i, std::initializer_list<std::string_view> choices) const {
        if (i >= count()) return 0;
        const auto found = std::ranges::find(choices, (*this)[i].text);
        if (found == choices.end())
            throw Mistake((*this)[i].begin, fmt::format("this must be one of: {}", fmt::join(choices, ", ")));
        return static_cast<std::size_t>(std::distance(choices.begin(), found));
    }

 private:
    const std::vector<Word>& words_;
    std::size_t first_, end_;
};

template <std::string (*function)(std::string_view)>
Change plain(const Arguments&) {
    return function;
}

Change take(const Arguments& arguments) {
    const auto kept = arguments.number(0, CardTransform::longest_text);
    const bool right = arguments.choice(1, {"left", "right"}) == 1;
    return [=](std::string_view text) {
        return std::string(right ? text.substr(text.size() - std::min(kept, text.size()))
                                 : text.substr(0, kept));
    };
}

Change drop(const Arguments& arguments) {
    const auto dropped = arguments.number(0, CardTransform::longest_text);
    const bool right = arguments.choice(1, {"left", "right"}) == 1;
    return [=](std::string_view text) {
        const auto count = std::min(dropped, text.size());
        return std::string(right ? text.substr(0, text.size() - count) : text.substr(count));
    };
}

Change pad(const Arguments& arguments) {
    const auto width = arguments.number(0, CardTransform::longest_text);
    const auto& filler = arguments[1];
    if (filler.text.size() != 1)
        throw Mistake(filler.begin, "this must be the one character to fill up with");
    const char c = filler.text.front();
    const bool right = arguments.choice(2, {"left", "right"}) == 1;
    return [=](std::string_view text) {
        const std::string filling(width - std::min(width, text.size()), c);
        return right ? std::string(text) + filling : filling + std::string(text);
    };
}

Change prefix(const Arguments& arguments) {
    return [added = arguments[0].text](std::string_view text) { return added + std::string(text); };
}

Change suffix(const Arguments& arguments) {
    return [added = arguments[0].text](std::string_view text) { return std::string(text) + added; };
}

Change capture(const Arguments& arguments) {
    const auto& word = arguments[0];
    try {
        const auto pattern = std::make_shared<const Pattern>(word.text);
        return [pattern](std::string_view text) {
            auto captured = pattern->capture(text);
            if (!captured) fail(Status::ERR_INVALID_ARGUMENT, "the text does not match the pattern");
            return *std::move(captured);
        };
    } catch (const Mistake& mistake) {
        throw Mistake(mistake.at < word.at.size() ? word.at[mistake.at] : word.begin, mistake.what());
    }
}

template <unsigned bits>
Change wiegand_step(const Arguments& arguments) {
    const auto part = static_cast<WiegandPart>(arguments.choice(0, {"both", "facility", "number"}));
    return [part](std::string_view text) { return wiegand(text, bits, part); };
}

Change em4100_step(const Arguments& arguments) {
    const auto form =
        static_cast<Em4100Form>(arguments.choice(0, {"10H", "13D", "10D", "8D", "3.5D", "5.5D"}));
    return [form](std::string_view text) { return em4100(text, form); };
}

Change drop_checksum(const Arguments& arguments) {
    constexpr std::string (*kinds[])(std::string_view) = {drop_xor, drop_sum, drop_luhn};
    return kinds[arguments.choice(0, {"xor", "sum", "luhn"})];
}

struct StepDefinition {
    std::string_view name;
    std::size_t least, most;  ///< words behind it
    std::string_view words;   ///< what they are
    Change (*make)(const Arguments&);
};

/// All that can be done to a card's text. docs/cards.md has a row for each.
constexpr StepDefinition step_table[] = {
    {"hex-to-decimal", 0, 0, "", plain<hex_to_decimal>},
    {"decimal-to-hex", 0, 0, "", plain<decimal_to_hex>},
    {"reverse-bytes", 0, 0, "", plain<reverse_bytes>},
    {"reverse-nibbles", 0, 0, "", plain<reverse_nibbles>},
    {"swap-nibbles", 0, 0, "", plain<swap_nibbles>},
    {"reverse-bits", 0, 0, "", plain<reverse_bits>},
    {"reverse-byte-bits", 0, 0, "", plain<reverse_byte_bits>},
    {"take", 2, 2, "COUNT left|right", take},
    {"drop", 2, 2, "COUNT left|right", drop},
    {"pad", 2, 3, "WIDTH CHARACTER [left|right]", pad},
    {"prefix", 1, 1, "TEXT", prefix},
    {"suffix", 1, 1, "TEXT", suffix},
    {"capture", 1, 1, "PATTERN", capture},
    {"wiegand26", 0, 1, "[both|facility|number]", wiegand_step<26>},
    {"wiegand34", 0, 1, "[both|facility|number]", wiegand_step<34>},
    {"em4100", 1, 1, "10H|13D|10D|8D|3.5D|5.5D", em4100_step},
    {"drop-checksum", 1, 1, "xor|sum|luhn", drop_checksum},
};

/// The words of an expression; a | that is not quoted is one by itself.
std::vector<Word> words_of(std::string_view expression) {
    std::vector<Word> words;
    for (std::size_t at = 0; at < expression.size();) {
        const char c = expression[at];
        if (c == ' ' || c == '\t') {
            ++at;
            continue;
        }
        Word word{{}, {}, at, c == '"'};
        const auto add = [&](std::size_t from) {
            if (expression[from] < ' ' || expression[from] > '~')
                throw Mistake(from, "an expression is written in printable ASCII");
            word.text += expression[from];
            word.at.push_back(from);
        };
        if (c == '|') {
            add(at++);
        } else if (c != '"') {
            while (at < expression.size() &&
                   std::string_view(" \t|\"").find(expression[at]) == std::string_view::npos)
                add(at++);
        } else {
            for (++at; at < expression.size() && expression[at] != '"'; ++at) {
                if (expression.substr(at, 2) == "\\\"") ++at;
                add(at);
            }
            if (at == expression.size()) throw Mistake(word.begin, "this \" has no other that ends the word");
            ++at;
        }
        words.push_back(std::move(word));
    }
    return words;
}

bool is_bar(const Word& word) {
    return !word.quoted && word.text == "|";
}

const StepDefinition& definition_of(const Word& word) {
    const auto* found = std::ranges::find(step_table, std::string_view(word.text), &StepDefinition::name);
    if (found == std::end(step_table))
        throw Mistake(word.begin, "there is no such step; there are " + CardTransform::step_names());
    return *found;
}

Change change_of(const StepDefinition& definition, const Word& name, const Arguments& arguments) {
    if (arguments.count() < definition.least || arguments.count() > definition.most) {
        throw Mistake(arguments.count() > definition.most ? arguments[definition.most].begin : name.begin,
                      definition.words.empty()
                          ? fmt::format("{} takes no words behind it", definition.name)
                          : fmt::format("this step is written: {} {}", definition.name, definition.words));
    }
    return definition.make(arguments);
}

std::string_view without_framing(std::string_view card) {
    constexpr std::string_view framing("\x02\x03\r\n\t ");
    const auto first = card.find_first_not_of(framing);
    if (first == std::string_view::npos) return {};
    return card.substr(first, card.find_last_not_of(framing) - first + 1);
}

}  // namespace
}  // namespace card_text

CardTransform CardTransform::parse(std::string_view expression) {
    using namespace card_text;
    if (expression.size() > longest_expression)
        fail(Status::ERR_INVALID_ARGUMENT, "a card transform has at most {} bytes", longest_expression);
    try {
        const auto words = words_of(expression);
        CardTransform transform;
        for (std::size_t at = 0; at < words.size();) {
            const auto end = static_cast<std::size_t>(std::distance(
                words.begin(),
                std::find_if(words.begin() + static_cast<std::ptrdiff_t>(at), words.end(), is_bar)));
            if (end == at || end + 1 == words.size())
                throw Mistake(words[end].begin, "a step belongs before and behind each |");
            const auto& definition = definition_of(words[at]);
            transform.steps_.push_back(
                {definition.name, change_of(definition, words[at], Arguments(words, at + 1, end))});
            at = end + 1;
        }
        return transform;
    } catch (const Mistake& mistake) {
        fail(Status::ERR_INVALID_ARGUMENT, "card transform, at character {}: {}", mistake.at + 1,
             mistake.what());
    }
}

std::string CardTransform::apply(std::string_view card) const {
    if (steps_.empty()) return std::string(card);
    std::string text(card_text::without_framing(card.substr(0, 2 * longest_text)));
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (text.size() > longest_text || card.size() > 2 * longest_text ||
        !std::ranges::all_of(text, printable)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "what the reader gave is no text of at most {} characters of ASCII", longest_text);
    }
    for (const auto& step : steps_) {
        try {
            text = step.apply(text);
        } catch (const Error& error) {
            fail(Status::ERR_INVALID_ARGUMENT, "the card transform's step {} failed: {}", step.name,
                 error.what());
        }
        if (text.size() > longest_text)
            fail(Status::ERR_INVALID_ARGUMENT, "the card transform's step {} makes more than {} characters",
                 step.name, longest_text);
    }
    return text;
}

std::string CardTransform::step_names() {
    std::string names;
    for (const auto& one : card_text::step_table)
        names += names.empty() ? std::string(one.name) : ", " + std::string(one.name);
    return names;
}

}  // namespace myqsec::access
