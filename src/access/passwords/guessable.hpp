// What a password may not be, whatever its length: what guessers try first, here and about this person.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace myqsec::access {

enum class Guessable : unsigned char {
    no,
    pattern,  ///< a short unit repeated, a run of neighbouring characters
    /// A common password, with at most 7 digits and signs around it, repeated, or with digits for letters.
    common,
    personal,  ///< little but words that the person or the site is known by
};

/// The words of a name, an e-mail address or a list: of 3 characters at least, in lower case. An
/// address is words as a whole, in halves, and in parts but for its last.
[[nodiscard]] std::vector<std::string> words_of_name(std::string_view text);
[[nodiscard]] std::vector<std::string> words_of_address(std::string_view email);

/// `password` and `words` in lower case. Words taken out, 8 characters must be left.
[[nodiscard]] Guessable guessable(std::string_view password, const std::vector<std::string>& words);

}  // namespace myqsec::access
