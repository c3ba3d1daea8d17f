// What is in a file of certificates or keys that somebody brings: PEM blocks (RFC 7468), DER, or something
// else, which gets its name.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

/// Lives as long as the file that it is in.
struct PemBlock {
    std::string_view label;
    std::string_view text;  ///< from BEGIN to END

    [[nodiscard]] Secret der() const;  ///< throws ERR_INVALID_ARGUMENT
    [[nodiscard]] bool is_certificate() const {
        return label == "CERTIFICATE" || label == "X509 CERTIFICATE";
    }
    [[nodiscard]] bool is_private_key() const { return label.ends_with("PRIVATE KEY"); }
};

/// All blocks of a text, in order; what stands around them (a BOM, comments, attributes) is skipped. None for
/// a file that holds none. Throws ERR_INVALID_ARGUMENT for a block that is cut off.
[[nodiscard]] std::vector<PemBlock> read_pem(ByteView file);

/// What a file is that is not `wanted`: ERR_INVALID_ARGUMENT with a sentence that helps.
[[noreturn]] void refuse_file(ByteView file, std::string_view wanted);

}  // namespace myqsec::crypto
