// The header area's two slots: which of them counts, and what an identity finds in it.
#pragma once

#include <array>
#include <optional>

#include "crypto/container/container_header.hpp"

namespace myqsec::crypto {

struct OpenedHeader {
    ContainerHeader header;  ///< of the authentic slot with the highest sequence number
    ContainerKeys keys;
    Secret file_key;
    std::array<bool, 2> authentic{};

    [[nodiscard]] bool damaged() const { return !authentic[0] || !authentic[1]; }
};

/// Throws ERR_WRONG_KEY, ERR_CORRUPT, ERR_NEWER_VERSION; ERR_CORRUPT for an id other than `expected`.
[[nodiscard]] OpenedHeader open_header(ByteView area, const Identity& identity,
                                       const std::optional<ContainerId>& expected);

}  // namespace myqsec::crypto
