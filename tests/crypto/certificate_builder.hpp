// Certificates of any content, signed by nobody, for what a reader must make of them.
#pragma once

#include "crypto/certificate_fixture.hpp"
#include "crypto/public_key/der.hpp"

namespace myqsec::test {

namespace der = crypto::der;

inline Bytes der_item(std::uint8_t tag, const std::vector<Bytes>& parts) {
    Bytes content;
    for (const auto& part : parts)
        content.insert(content.end(), part.begin(), part.end());
    ByteWriter out;
    out.integer(tag);
    if (content.size() < 0x80) {
        out.integer(static_cast<std::uint8_t>(content.size()));
    } else if (content.size() < 0x100) {
        out.integer(std::uint8_t{0x81}).integer(static_cast<std::uint8_t>(content.size()));
    } else {
        out.integer(std::uint8_t{0x82}).integer(static_cast<std::uint16_t>(content.size()));
    }
    return out.raw(content).take();
}
inline Bytes der_sequence(const std::vector<Bytes>& parts) {
    return der_item(der::sequence, parts);
}
inline Bytes der_oid(std::string_view hex) {
    return der_item(der::object_id, {from_hex(hex)});
}
inline Bytes der_number(ByteView magnitude) {
    return der_item(der::integer, {Bytes(1), copy_of(magnitude)});
}
inline Bytes der_text(std::uint8_t tag, std::string_view text) {
    return der_item(tag, {copy_of(as_bytes(text))});
}

inline constexpr std::string_view sha256_with_rsa = "2a864886f70d01010b";
inline constexpr std::string_view rsa_key = "2a864886f70d010101";

inline Bytes der_name(std::string_view common_name) {
    return der_sequence({der_item(0x31, {der_sequence({der_oid("550403"), der_text(0x0C, common_name)})})});
}
inline Bytes der_extension(std::string_view oid, bool critical, const Bytes& value) {
    return der_sequence({der_oid(oid), critical ? der_item(der::boolean, {{0xFF}}) : Bytes(),
                         der_item(der::octet_string, {value})});
}

struct CertificateParts {
    Bytes key;  ///< SubjectPublicKeyInfo
    Bytes not_before = der_text(der::utc_time, "200101000000Z");
    Bytes not_after = der_text(der::generalized_time, "21000101000000Z");
    std::vector<Bytes> extensions = {};
    std::string_view issuer = "an authority";
};

inline Bytes build_certificate(const CertificateParts& parts) {
    const auto algorithm = der_sequence({der_oid(sha256_with_rsa), der_item(0x05, {})});
    const auto fields = der_sequence(
        {der_item(der::context, {der_number(Bytes{2})}), der_number(Bytes{1}), algorithm,
         der_name(parts.issuer), der_sequence({parts.not_before, parts.not_after}), der_name("a recipient"),
         parts.key, der_item(der::context + 3, {der_sequence(parts.extensions)})});
    return der_sequence({fields, algorithm, der_item(der::bit_string, {Bytes(257)})});
}

inline Bytes rsa_key_info(ByteView modulus, ByteView exponent) {
    return der_sequence(
        {der_sequence({der_oid(rsa_key), der_item(0x05, {})}),
         der_item(der::bit_string, {Bytes(1), der_sequence({der_number(modulus), der_number(exponent)})})});
}

/// By the curve's name, and the point's octets.
inline Bytes ec_key_info(std::string_view curve, const Bytes& point) {
    return der_sequence({der_sequence({der_oid("2a8648ce3d0201"), der_oid(curve)}),
                         der_item(der::bit_string, {Bytes(1), point})});
}

/// The field of a certificate that holds its key.
inline Bytes key_info_of(const crypto::Certificate& certificate) {
    using crypto::DerReader;
    DerReader fields(DerReader(DerReader(certificate.der()).take(der::sequence)).take(der::sequence));
    for (int before = 0; before < 6; ++before)
        (void)fields.take();
    return copy_of(fields.take().whole);
}

/// What the BIT STRING of a key holds.
inline Bytes key_bits_of(const crypto::Certificate& certificate) {
    using crypto::DerReader;
    const auto whole = key_info_of(certificate);
    DerReader info(DerReader(whole).take(der::sequence));
    (void)info.take();
    return copy_of(info.take(der::bit_string).subspan(1));
}
inline Bytes modulus_of(const crypto::Certificate& certificate) {
    using crypto::DerReader;
    const auto bits = key_bits_of(certificate);
    DerReader key(DerReader(bits).take(der::sequence));
    return copy_of(crypto::der_magnitude(key.take(der::integer)));
}

}  // namespace myqsec::test
