// Certificates that nothing may be encrypted to, and files that are none: each refused for its true reason.
#include <chrono>

#include <botan/numthry.h>
#include <botan/system_rng.h>
#include <doctest/doctest.h>

#include "crypto/certificate_builder.hpp"
#include "crypto/memory_file.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace {

/// Why a file is no certificate, or one that nothing can be encrypted to; empty if there is no reason.
std::string refusal(ByteView file, Instant now = test_now()) {
    try {
        Certificate::parse(file).check_recipient(now);
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_INVALID_ARGUMENT);
        return error.what();
    }
    return {};
}

std::string refusal_of_key(ByteView file) {
    try {
        PrivateKey::parse(file, "anything");
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_INVALID_ARGUMENT);
        return error.what();
    }
    return {};
}

bool says(const std::string& sentence, std::string_view word) {
    INFO(sentence);
    return sentence.find(word) != std::string::npos;
}

const Certificate& rsa() {
    return holder(CertificateKey::rsa_3072).certificate;
}

CertificateParts rsa_parts() {
    return {.key = key_info_of(rsa())};
}

std::string with_key(ByteView modulus, ByteView exponent) {
    return refusal(build_certificate({.key = rsa_key_info(modulus, exponent)}));
}

std::string with_extension(std::string_view oid, bool critical, const Bytes& value,
                           const CertificateParts& base = rsa_parts()) {
    auto parts = base;
    parts.extensions = {der_extension(oid, critical, value)};
    return refusal(build_certificate(parts));
}

/// The text of a certificate under another label.
std::string labelled(std::string_view label) {
    auto text = rsa().pem();
    for (auto at = text.find("CERTIFICATE"); at != std::string::npos;
         at = text.find("CERTIFICATE", at + label.size()))
        text.replace(at, 11, label);
    return text;
}

}  // namespace

TEST_CASE("an RSA exponent that is even or under 65537 is no recipient's") {
    const auto modulus = modulus_of(rsa());
    CHECK(with_key(modulus, Bytes{1, 0, 1}) == "");
    for (const Bytes& exponent :
         {Bytes{1}, Bytes{3}, Bytes{17}, Bytes{0xFF, 0xFF}, Bytes{1, 0, 2}, Bytes(33, 0xFF)})
        CHECK(says(with_key(modulus, exponent), "exponent"));
}

TEST_CASE("an RSA modulus that is too small, too large or easily factored is no recipient's") {
    CHECK(says(with_key(Bytes(128, 0xFF), Bytes{1, 0, 1}), "1024 bits"));
    CHECK(says(with_key(Bytes(1025, 0xFF), Bytes{1, 0, 1}), "8200 bits"));
    auto even = modulus_of(rsa());
    even.back() &= 0xFE;
    CHECK(says(with_key(even, Bytes{1, 0, 1}), "factor"));
    CHECK(says(with_key(Bytes(256, 0xFF), Bytes{1, 0, 1}), "factor"));  // 2^2048 - 1 is a multiple of 3
}

TEST_CASE("an RSA modulus that anybody can factor is no recipient's, each kind for its own reason") {
    auto& random = Botan::system_rng();
    const auto draw = [&](std::size_t bits) { return Botan::random_prime(random, bits); };
    const auto why = [](const Botan::BigInt& modulus) {
        Bytes bytes(modulus.bytes());
        modulus.binary_encode(bytes.data());
        return with_key(bytes, Bytes{1, 0, 1});
    };
    const auto prime = draw(1024);
    CHECK(why(prime * draw(1024)) == "");
    CHECK(says(why(prime * prime), "square"));
    auto near = prime + 2;
    while (!Botan::is_prime(near, random, 20))
        near += 2;
    CHECK(says(why(prime * near), "so close"));
    CHECK(says(why(draw(2048)), "single prime"));
    CHECK(says(why(draw(2040) * 65521), "small factor"));

    Botan::BigInt product = 2;  // of the primes to 701, as the generator of 2048-bit keys had it
    for (Botan::word odd = 3; odd <= 701; odd += 2)
        if (Botan::is_prime(Botan::BigInt(odd), random)) product *= odd;
    const auto structured = [&] {
        const auto power = Botan::power_mod(Botan::BigInt(65537), Botan::BigInt(random, 60), product);
        for (;;) {
            const Botan::BigInt found = Botan::BigInt(random, 1024 - product.bits() + 1) * product + power;
            if (found.bits() == 1024 && found.get_bit(1022) && Botan::is_prime(found, random, 20))
                return found;
        }
    };
    CHECK(says(why(structured() * structured()), "ROCA"));
}

TEST_CASE("the largest modulus that a certificate can hold is refused before anything is computed with it") {
    auto modulus = Bytes(60'000, 0xFF);
    const auto certificate =
        build_certificate({.key = rsa_key_info(modulus, Bytes(2000, 0xFF)), .issuer = "a recipient"});
    const auto begin = std::chrono::steady_clock::now();
    CHECK(says(refusal(certificate), "480000 bits"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(200));
}

TEST_CASE("an EC key is a point of its curve, and neither infinity, nor hybrid, nor longer or shorter") {
    struct Curve {
        CertificateKey kind;
        std::string_view name;
    };
    for (const auto& curve : {Curve{CertificateKey::ecdsa_p256, "2a8648ce3d030107"},
                              Curve{CertificateKey::ecdsa_p384, "2b81040022"}}) {
        const auto with_point = [&](const Bytes& point) {
            return refusal(build_certificate({.key = ec_key_info(curve.name, point)}));
        };
        const auto right = key_bits_of(holder(curve.kind).certificate);
        CHECK(with_point(right) == "");
        auto compressed =
            Bytes(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(right.size() / 2 + 1));
        compressed[0] = static_cast<std::uint8_t>(2 + (right.back() & 1));
        CHECK(with_point(compressed) == "");
        auto hybrid = right;
        hybrid[0] = static_cast<std::uint8_t>(6 + (right.back() & 1));
        auto longer = right;
        longer.push_back(0);
        auto infinity_of_length = right;
        infinity_of_length[0] = 0;
        for (const auto& wrong :
             {Bytes{0}, Bytes(), hybrid, longer, infinity_of_length, Bytes(right.begin(), right.end() - 1)})
            CHECK(says(with_point(wrong), "no point of its curve"));
        auto beside = right;
        beside.back() ^= 1;
        CHECK(with_point(beside) != "");
    }
}

TEST_CASE("nothing follows an RSA key where it stands") {
    auto bits = key_bits_of(rsa());
    bits.push_back(0);
    const auto key = der_sequence(
        {der_sequence({der_oid(rsa_key), der_item(0x05, {})}), der_item(der::bit_string, {Bytes(1), bits})});
    CHECK(says(refusal(build_certificate({.key = key})), "damaged"));
}

TEST_CASE("a certificate whose own signature is broken is no recipient's") {
    for (const auto kind : all_kinds) {
        auto altered = holder(kind).certificate.der();
        altered.back() ^= 1;
        CHECK(says(refusal(altered), "altered"));
    }
    auto parts = rsa_parts();
    parts.issuer = "a recipient";
    CHECK(says(refusal(build_certificate(parts)), "altered"));
    // Signed with the authority's key before: its new one says so by its key ids.
    parts.extensions = {der_extension("551d0e", false, der_item(der::octet_string, {Bytes(20, 1)})),
                        der_extension("551d23", false, der_sequence({der_item(0x80, {Bytes(20, 2)})}))};
    CHECK(refusal(build_certificate(parts)) == "");
}

TEST_CASE("a critical extension that is not known makes a certificate nobody's recipient") {
    constexpr std::string_view unknown = "2a030405";
    CHECK(says(with_extension(unknown, true, der_sequence({})), "critical extension"));
    CHECK(with_extension(unknown, false, der_sequence({})) == "");
    for (const auto* const none : {"551d00", "551d10", "551d63", "551d7f", "550403"})  // 2.5.29.99, …
        CHECK(says(with_extension(none, true, der_sequence({})), "critical extension"));
    for (const auto* const known :
         {"551d11", "551d12", "551d13", "551d1e", "551d1f", "551d20", "551d21", "551d24"}) {
        CHECK(with_extension(known, true, der_sequence({})) == "");
        CHECK(says(with_extension(known, true, Bytes{0xFF}), "damaged"));
        CHECK(says(with_extension(known, true, Bytes{0x30, 0, 0}), "damaged"));
    }
    CHECK(with_extension("551d36", true, der_number(Bytes{1})) == "");
}

TEST_CASE("what a certificate's extensions hold is well-formed, or it is nobody's recipient") {
    const auto constraints = [](const std::vector<Bytes>& parts) {
        return with_extension("551d13", true, der_sequence(parts));
    };
    const auto authority = der_item(der::boolean, {{0xFF}});
    CHECK(constraints({authority}) == "");
    CHECK(constraints({authority, der_number(Bytes{3})}) == "");
    CHECK(says(constraints({der_number(Bytes{3}), authority}), "damaged"));
    CHECK(says(constraints({der_item(der::boolean, {})}), "damaged"));
    CHECK(says(constraints({der_text(0x0C, "x")}), "damaged"));
    auto parts = rsa_parts();
    const auto flagged = [&](const Bytes& flag) {
        return der_sequence({der_oid("2a030405"), flag, der_item(der::octet_string, {der_sequence({})})});
    };
    parts.extensions = {flagged(der_item(der::boolean, {Bytes{0, 0xFF}}))};
    CHECK(says(refusal(build_certificate(parts)), "damaged"));
}

TEST_CASE("a key usage must allow key encipherment or agreement, a critical extended one documents") {
    const auto usage = [](std::uint8_t bits) { return der_item(der::bit_string, {Bytes{0, bits}}); };
    const CertificateParts ec{.key = key_info_of(holder(CertificateKey::ecdsa_p256).certificate)};
    constexpr std::string_view key_usage = "551d0f";
    CHECK(with_extension(key_usage, true, usage(0x20)) == "");
    CHECK(says(with_extension(key_usage, true, usage(0x80)), "key encipherment"));
    CHECK(says(with_extension(key_usage, false, usage(0x08)), "key encipherment"));
    CHECK(with_extension(key_usage, true, usage(0x08), ec) == "");
    CHECK(says(with_extension(key_usage, true, usage(0x20), ec), "key agreement"));
    CHECK(says(with_extension(key_usage, true, usage(0x09), ec), "encipher only"));
    const auto for_servers = der_sequence({der_oid("2b06010505070301")});
    const auto for_mail = der_sequence({der_oid("2b06010505070301"), der_oid("2b06010505070304")});
    CHECK(says(with_extension("551d25", true, for_servers), "extended key usage"));
    CHECK(with_extension("551d25", false, for_servers) == "");
    CHECK(with_extension("551d25", true, for_mail) == "");
}

TEST_CASE("a certificate's dates are read from year 0 to 9999, to the second") {
    auto parts = rsa_parts();
    parts.not_before = der_text(der::generalized_time, "00000301000000Z");
    parts.not_after = der_text(der::generalized_time, "99991231235959Z");
    const auto forever = Certificate::parse(build_certificate(parts));
    CHECK(to_milliseconds(forever.not_after()) == 253'402'300'799'000);
    CHECK(to_milliseconds(forever.not_before()) == -62'162'035'200'000);
    CHECK(refusal(build_certificate(parts)) == "");
    for (const auto* year : {"2262", "2263", "2300", "2399", "2400", "2401", "3101"}) {
        parts.not_after = der_text(der::generalized_time, std::string(year) + "0101000000Z");
        CHECK(refusal(build_certificate(parts)) == "");
    }
    parts.not_before = der_text(der::utc_time, "500101000000Z");  // 1950
    CHECK(to_milliseconds(Certificate::parse(build_certificate(parts)).not_before()) == -631'152'000'000);
    parts.not_after = der_text(der::utc_time, "491231235959Z");  // 2049
    CHECK(to_milliseconds(Certificate::parse(build_certificate(parts)).not_after()) == 2'524'607'999'000);
    for (const auto* date : {"20230229000000Z", "20231301000000Z", "20230101240000Z", "202301010000Z",
                             "20230101000000+0100", "20230101000000.5Z", "2023010100000aZ"}) {
        parts.not_after = der_text(der::generalized_time, date);
        CHECK(says(refusal(build_certificate(parts)), "date"));
    }
}

TEST_CASE("a certificate made here ends when it was asked to, past 2049 and 2262 too, or is not made") {
    const auto& key = holder(CertificateKey::ecdsa_p256).key;
    for (const std::int64_t days : {1, 9000, 30'000, 90'000, 100'000, 300'000}) {
        const auto end = test_now() + std::chrono::hours(24) * days;
        const auto made = key.self_signed("far", test_now(), end);
        CHECK(made.not_after() == end);
        CHECK(refusal(made.der(), end) == "");
    }
    for (const std::int64_t days : {400'000, 3'000'000, 100'000'000}) {
        CHECK(status_of([&] {
                  (void)key.self_signed("too far", test_now(), test_now() + std::chrono::hours(24) * days);
              }) == Status::ERR_INVALID_ARGUMENT);
    }
}

TEST_CASE("a file of certificates in any text form is read, or refused for its true reason") {
    const auto pem = rsa().pem();
    std::string crlf;
    for (const char c : pem)
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    for (const auto& good : {pem, crlf, "\xEF\xBB\xBF" + pem, "Bag Attributes\n  name\n" + pem, pem + '\0',
                             pem.substr(0, pem.size() - 1), pem + "\n \n"})
        CHECK(refusal(as_bytes(good)) == "");

    const auto key = holder(CertificateKey::ecdsa_p256).key.pem("");
    const std::string key_text(as_text(key.view()));
    CHECK(says(refusal(as_bytes(pem + pem)), "more than one certificate"));
    CHECK(says(refusal(as_bytes(pem + key_text)), "private key is in the same file"));
    CHECK(says(refusal(as_bytes(key_text + pem)), "private key is in the same file"));
    CHECK(says(refusal(as_bytes(key_text)), "private key"));
    CHECK(says(refusal(as_bytes(labelled("CERTIFICATE REQUEST"))), "but a CERTIFICATE REQUEST"));
    CHECK(says(refusal(as_bytes(pem.substr(0, pem.size() / 2))), "cut off"));
    CHECK(says(refusal({}), "empty"));
    CHECK(says(refusal(as_bytes(std::string_view("\xFF\xFE-\0", 4))), "UTF-16"));
    CHECK(says(refusal(as_bytes("ssh-rsa AAAA")), "SSH"));
    CHECK(says(refusal(as_bytes("hello")), "neither PEM nor DER"));

    auto longer = rsa().der();
    longer.push_back(0);
    CHECK(says(refusal(longer), "follows the certificate"));
    const auto pkcs12 = der_sequence({der_item(der::integer, {{3}}), der_sequence({})});
    CHECK(says(refusal(pkcs12), "PKCS #12"));
    CHECK(says(refusal(der_sequence({der_oid("2a864886f70d010702")})), "PKCS #7"));
    CHECK(says(refusal(der_sequence({der_item(der::integer, {{0}}), der_sequence({})})), "private key"));
}

TEST_CASE("a private key may stand beside its certificate; what cannot be opened is no wrong passphrase") {
    const auto& owner = holder(CertificateKey::ecdsa_p256);
    const auto key = owner.key.pem("");
    const std::string text(as_text(key.view()));
    for (const auto& file :
         {owner.certificate.pem() + text, text + owner.certificate.pem(), "\xEF\xBB\xBF" + text})
        CHECK(PrivateKey::parse(as_bytes(file), "").belongs_to(owner.certificate));
    CHECK(says(refusal_of_key(as_bytes(text + text)), "more than one private key"));
    CHECK(says(refusal_of_key(as_bytes(owner.certificate.pem())), "but a CERTIFICATE"));
    CHECK(says(refusal_of_key(as_bytes(labelled("RSA PRIVATE KEY"))), "RSA PRIVATE KEY"));
    CHECK(says(refusal_of_key({}), "empty"));
    constexpr std::string_view pbe_sha1_3des = "2a864886f70d010c0103";
    constexpr std::string_view pbe_md5_des = "2a864886f70d010503";
    for (const auto& old : {pbe_sha1_3des, pbe_md5_des}) {
        const auto encrypted = der_sequence(
            {der_sequence({der_oid(old), der_sequence({})}), der_item(der::octet_string, {Bytes(64)})});
        CHECK(says(refusal_of_key(encrypted), "PBES1"));
    }
    const auto pkcs12 = der_sequence({der_item(der::integer, {{3}}), der_sequence({})});
    CHECK(says(refusal_of_key(pkcs12), "PKCS #12"));
}
