#include "crypto/container/container_keys.hpp"

#include <algorithm>

#include "crypto/container/container_format.hpp"

namespace myqsec::crypto {

namespace format = container_format;

ContainerKeys derive_container_keys(const Secret& file_key, ByteView salt, ContainerSuite suite) {
    const auto derive = [&](std::string_view label, std::size_t size) {
        const Bytes info = ByteWriter().raw(as_bytes(label)).integer(static_cast<std::uint8_t>(suite)).take();
        return hkdf_sha256(file_key.view(), salt, info, size);
    };
    ContainerKeys keys;
    keys.payload = derive(format::payload_label, 32);
    keys.header_mac = derive(format::mac_label, 32);
    const Secret prefix = derive(format::nonce_label, suite == ContainerSuite::aes_256_gcm ? 7 : 19);
    keys.nonce_prefix.assign(prefix.view().begin(), prefix.view().end());
    const Secret commitment = derive(format::commitment_label, keys.commitment.size());
    std::ranges::copy(commitment.view(), keys.commitment.begin());
    return keys;
}

}  // namespace myqsec::crypto
