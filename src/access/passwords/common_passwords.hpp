// The passwords that guessers try first: those of Django's list (django/contrib/auth/common-passwords.txt.gz
// of Debian's python3-django, BSD-3-Clause), 19,727 of what leaks show most often, collected by Royce
// Williams. Kept as hashes: tools/common-passwords makes common_passwords.inc of that list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace myqsec::access {

[[nodiscard]] std::size_t count_common_passwords();
/// Whether one of them is in the list. They are in lower case. One in 65,536 of what is not seems to be.
[[nodiscard]] bool is_any_common(const std::vector<std::string>& passwords);

/// Where a password is looked for among the hashes: FNV-1a of 64 bits, mixed by MurmurHash3's last step.
[[nodiscard]] std::uint64_t common_password_hash(std::string_view password);

}  // namespace myqsec::access
