#include "crypto/secret.hpp"

#include <botan/mem_ops.h>

namespace myqsec::crypto {

void wipe(ByteSpan bytes) noexcept {
    if (!bytes.empty()) Botan::secure_scrub_memory(bytes.data(), bytes.size());
}

Secret take_secret(std::string&& text) {
    Secret out(as_bytes(text));
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return out;
}

bool equal_constant_time(ByteView a, ByteView b) noexcept {
    if (a.size() != b.size()) return false;
    return a.empty() || Botan::constant_time_compare(a.data(), b.data(), a.size());
}

}  // namespace myqsec::crypto
