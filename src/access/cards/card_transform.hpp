// From what a reader gives of a card to the text by which the card is known: an expression that a device has,
// such as "hex-to-decimal | drop 2 left | pad 10 0". docs/cards.md explains the steps.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace myqsec::access {

class CardTransform {
 public:
    static constexpr std::size_t longest_expression = 1000;  ///< bytes
    static constexpr std::size_t longest_text = 256;  ///< bytes, of a card's text before and behind each step

    /// Steps behind one another, with | between them; none leaves the text as it is. A word with a blank, |
    /// or " in it stands between ", and a " in it is written \". Throws ERR_INVALID_ARGUMENT, whose sentence
    /// says at which character of the expression the mistake is.
    static CardTransform parse(std::string_view expression);

    /// Takes away framing (STX, ETX, CR, LF, blanks around), and does the steps. Throws ERR_INVALID_ARGUMENT
    /// for what is no text of printable ASCII, or none that a step takes: with the step's name and never the
    /// text. What comes out still has to be a card's number (normalise_card), which nothing that is empty is.
    [[nodiscard]] std::string apply(std::string_view card) const;

    /// The names of all steps, separated by ", ".
    static std::string step_names();

 private:
    struct Step {
        std::string_view name;
        std::function<std::string(std::string_view)> apply;
    };
    std::vector<Step> steps_;
};

}  // namespace myqsec::access
