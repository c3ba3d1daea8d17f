// What the providers' blobs have in common: a version byte in front.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::crypto {

inline constexpr std::uint8_t root_blob_version = 1;
inline constexpr std::size_t root_key_size = 32;

/// A reader behind the version, which it has checked.
inline ByteReader read_root_blob(ByteView blob) {
    ByteReader reader(blob, "the root provider's data in the keystore");
    const auto version = reader.integer<std::uint8_t>();
    if (version > root_blob_version) {
        fail(Status::ERR_NEWER_VERSION, "the root provider's data has the unknown version {}", version);
    }
    if (version != root_blob_version) {
        fail(Status::ERR_CORRUPT, "the root provider's data has no valid version");
    }
    return reader;
}

}  // namespace myqsec::crypto
