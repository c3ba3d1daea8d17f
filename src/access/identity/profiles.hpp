// The one spelling of user names and passwords, by RFC 8265's profiles of PRECIS (RFC 8264).
#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace myqsec::access {

/// A user name as it is shown: UsernameCasePreserved, parts of it between blanks. And what UTS #39 calls
/// highly restrictive: letters of one script in everyday use, or Latin with those of Chinese, Japanese or
/// Korean, so that no name is made to look like another by foreign letters or by what nobody sees. Throws
/// ERR_INVALID_ARGUMENT.
[[nodiscard]] std::string prepared_user_name(std::string_view given);
/// What a user name is found by (UsernameCaseMapped), whether or not anybody could be given it: of what is
/// longer than any spelling of a name, the beginning, which is nobody's.
[[nodiscard]] std::string fold_user_name(std::string_view given);

inline constexpr std::size_t max_password = 1024;  ///< bytes; bounds the work, not the choice
/// OpaqueString: blanks of all kinds are U+0020, and NFC. Throws ERR_INVALID_ARGUMENT for characters that
/// nobody sees or that are none, ERR_LIMIT for what is longer than any spelling of a password.
[[nodiscard]] crypto::Secret prepared_password(std::string_view given);
/// The same of what somebody enters, which is wrong, and no mistake of the host's, if it can be nobody's
/// password; of what is longer than any, the beginning.
[[nodiscard]] crypto::Secret entered_password(std::string_view given);

}  // namespace myqsec::access
