// The patterns by which a part of a card's text is captured: regular expressions without what would make
// matching take more than (length of the text) × (length of the pattern) steps, whatever both are.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace myqsec::access::card_text {

/// What is wrong with what somebody wrote, and at which of its bytes, counted from 0.
struct Mistake : std::runtime_error {
    Mistake(std::size_t where, const std::string& sentence) : std::runtime_error(sentence), at(where) {}
    std::size_t at;
};

/// Of ASCII: literals, `.`, classes as in `[0-9A-F]` and `[^:]`, `\d`, `\w`, `\s` and escaped signs, groups
/// `( )` and `(?: )`, `|`, and `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`. The pattern describes the whole text,
/// so that `^` before and `$` behind it change nothing. A part that is captured is neither repeated nor
/// inside another, so that it stands for one place. As elsewhere, the first way that matches is taken, and
/// repetitions take as much as they can.
class Pattern {
 public:
    static constexpr std::size_t longest = 256;       ///< bytes
    static constexpr std::size_t most_captures = 8;   ///< groups that capture
    static constexpr std::size_t most_states = 1000;  ///< after repetitions were written out

    /// Throws Mistake.
    explicit Pattern(std::string_view pattern);

    /// What the groups captured, one after the other; none if the text does not match.
    [[nodiscard]] std::optional<std::string> capture(std::string_view text) const;

    using Characters = std::bitset<128>;
    enum class Kind : std::uint8_t { characters, split, jump, save, match };
    struct State {
        Kind kind;
        std::size_t next = 0;   ///< of split: tried first
        std::size_t other = 0;  ///< of split: tried then; of save: which mark
        Characters characters{};
    };

 private:
    std::vector<State> states_;
};

}  // namespace myqsec::access::card_text
