// One opening of an instance, as its parts remember it. docs/formats/parts.md says what for.
#pragma once

#include "base/bytes.hpp"

namespace myqsec::storage {

/// Numbers go on by one. Two copies of an instance that go on separately count the same, so each opening has
/// a random nonce, too.
struct Opening {
    std::uint64_t number = 0;
    ByteArray<16> nonce{};

    bool operator==(const Opening&) const = default;
};

}  // namespace myqsec::storage
