// Known answers through this layer's own interfaces, beyond those the self-test runs at every start.
#include <algorithm>

#include <botan/argon2.h>
#include <botan/version.h>
#include <doctest/doctest.h>

#include "crypto/aead.hpp"
#include "crypto/container_fixture.hpp"
#include "crypto/hash.hpp"
#include "crypto/in_place_aead.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/page_cipher.hpp"
#include "crypto/password.hpp"
#include "crypto/public_key/signing.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace {

/// By whichever providers this build has: they give the same bytes, and open each other's.
Bytes sealed_with(std::string_view algorithm, ByteView key, ByteView nonce, ByteView associated,
                  const Bytes& text) {
    const std::size_t size = text.size();
    const auto sealed_by = [&](std::unique_ptr<AeadSealing> sealing) {
        Bytes sealed = text;
        sealed.resize(size + aead_tag_size);
        sealing->seal(nonce, associated, ByteSpan(sealed).first(size), sealed.data() + size);
        return sealed;
    };
    const auto opens = [&](std::unique_ptr<AeadOpening> opening, Bytes sealed) {
        const ByteSpan body = ByteSpan(sealed).first(size);
        return opening->open(nonce, associated, body, body.data() + size) && std::ranges::equal(body, text);
    };
    const Bytes sealed = sealed_by(botan_sealing(algorithm, key));
    CHECK(opens(botan_opening(algorithm, key), sealed));
    if (auto openssl = openssl_sealing(algorithm, key)) {
        CHECK(sealed_by(std::move(openssl)) == sealed);
        CHECK(opens(openssl_opening(algorithm, key), sealed));
    }
    return sealed;
}

/// Each provider that has AES-256-GCM in this build.
std::vector<std::pair<std::unique_ptr<AeadSealing>, std::unique_ptr<AeadOpening>>> gcm_providers(
    ByteView key) {
    std::vector<std::pair<std::unique_ptr<AeadSealing>, std::unique_ptr<AeadOpening>>> out;
    out.emplace_back(botan_sealing(aes_256_gcm, key), botan_opening(aes_256_gcm, key));
    if (auto sealing = openssl_sealing(aes_256_gcm, key))
        out.emplace_back(std::move(sealing), openssl_opening(aes_256_gcm, key));
    return out;
}

std::string xaes(std::uint8_t key, std::string_view associated) {
    ByteArray<24> nonce{};
    std::ranges::copy(as_bytes("ABCDEFGHIJKLMNOPQRSTUVWX"), nonce.begin());
    const auto text = as_bytes("XAES-256-GCM");
    const Secret subkey = xaes_256_gcm_subkey(test_key(key), nonce);
    return to_hex(sealed_with(aes_256_gcm, subkey.view(), ByteView(nonce).subspan(12), as_bytes(associated),
                              Bytes(text.begin(), text.end())));
}

}  // namespace

TEST_CASE("XAES-256-GCM: the specification's vectors, one for each value of CMAC's carry") {
    CHECK(xaes(1, "") == "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
    CHECK(xaes(3, "c2sp.org/XAES-256-GCM") == "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
}

TEST_CASE("AES-256-GCM: the specification's test cases 13 and 14") {
    const Bytes zeros(32);
    CHECK(to_hex(sealed_with(aes_256_gcm, zeros, Bytes(12), {}, {})) == "530f8afbc74536b9a963b4f1c4cb738b");
    CHECK(to_hex(sealed_with(aes_256_gcm, zeros, Bytes(12), {}, Bytes(16))) ==
          "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST_CASE("AES-256-GCM of every size around a block and a batch of blocks is the same by each provider") {
    const Bytes document = test_document(65536);
    for (const std::size_t size : {1, 15, 16, 17, 127, 128, 129, 4056, 4096, 65535, 65536}) {
        const Bytes text(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(size));
        const Bytes sealed =
            sealed_with(aes_256_gcm, test_key().view(), Bytes(12, 9), as_bytes("associated"), text);
        CHECK(sealed.size() == size + aead_tag_size);
    }
}

TEST_CASE("a text that does not authenticate is wiped by each provider, which then opens the next one") {
    const Bytes text = test_document(1000);
    const Bytes nonce(12, 9);
    for (auto& [sealing, opening] : gcm_providers(test_key().view())) {
        Bytes sealed = text;
        ByteArray<aead_tag_size> tag{};
        sealing->seal(nonce, as_bytes("here"), sealed, tag.data());
        const auto refused = [&, &opener = opening](std::string_view associated, std::size_t byte,
                                                    std::size_t tag_byte) {
            Bytes altered = sealed;
            auto altered_tag = tag;
            if (byte < altered.size()) altered[byte] ^= 1;
            if (tag_byte < tag.size()) altered_tag[tag_byte] ^= 1;
            return !opener->open(nonce, as_bytes(associated), altered, altered_tag.data()) &&
                   altered == Bytes(altered.size());
        };
        CHECK(refused("there", sealed.size(), tag.size()));
        CHECK(refused("here", 0, tag.size()));
        CHECK(refused("here", sealed.size() - 1, tag.size()));
        for (std::size_t i = 0; i < tag.size(); ++i)
            CHECK(refused("here", sealed.size(), i));
        CHECK(opening->open(nonce, as_bytes("here"), sealed, tag.data()));
        CHECK(sealed == text);
    }
}

TEST_CASE("a cipher that had another key before, and refused a text, seals as a new one does") {
    const auto record = [](std::uint8_t key, std::string_view algorithm, std::size_t nonce_size) {
        Bytes text = test_document(100);
        ByteArray<aead_tag_size> tag{};
        AeadSealer(botan_sealing(algorithm, test_key(key).view()))
            .seal(Bytes(nonce_size, 1), {}, text, tag.data());
        text.insert(text.end(), tag.begin(), tag.end());
        return text;
    };
    for (const auto& [algorithm, nonce_size] :
         {std::pair(aes_256_gcm, 12), std::pair(chacha20_poly1305, 24)}) {
        const Bytes first = record(1, algorithm, nonce_size);
        for (int i = 0; i < 20; ++i) {
            CHECK(record(2, algorithm, nonce_size) != first);
            Bytes text = test_document(40);
            const ByteArray<aead_tag_size> wrong{};
            CHECK_FALSE(botan_opening(algorithm, test_key(3).view())
                            ->open(Bytes(nonce_size, 1), {}, text, wrong.data()));
            CHECK(record(1, algorithm, nonce_size) == first);
        }
    }
}

TEST_CASE("SHA-256 in pieces is SHA-256 at once") {
    const Bytes data = test_document(1000);
    Sha256 hash;
    for (const std::uint8_t byte : data)
        hash.update({&byte, 1});
    CHECK(hash.final() == sha256(data));
    CHECK(to_hex(hash.final()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("HKDF-SHA-256: RFC 5869 A.3, without salt and info") {
    CHECK(to_hex(hkdf_sha256(Bytes(22, 0x0b), {}, {}, 42).view()) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("HMAC-SHA-256: RFC 4231 §4.7, a key longer than a block") {
    CHECK(to_hex(hmac_sha256(Bytes(131, 0xaa),
                             as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("Argon2id: RFC 9106 §5.3, with secret and associated data") {
    const Bytes password(32, 1);
    const Bytes salt(16, 2);
    const Bytes secret(8, 3);
    const Bytes associated(12, 4);
    Bytes tag(32);
#if BOTAN_VERSION_MAJOR >= 3
    Botan::Argon2(2, 32, 3, 4)
        .derive_key(tag.data(), tag.size(), as_text(password).data(), password.size(), salt.data(),
                    salt.size(), associated.data(), associated.size(), secret.data(), secret.size());
#else
    Botan::argon2(tag.data(), tag.size(), as_text(password).data(), password.size(), salt.data(), salt.size(),
                  secret.data(), secret.size(), associated.data(), associated.size(), 2, 4, 32, 3);
#endif
    CHECK(to_hex(tag) == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

TEST_CASE("Argon2id: the reference implementation's vectors, one and two lanes") {
    const auto derive = [](const Argon2Parameters& parameters) {
        return to_hex(argon2id(as_bytes("password"), as_bytes("somesalt"), parameters, 32).view());
    };
    CHECK(derive({256, 2, 1}) == "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
    CHECK(derive({256, 2, 2}) == "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037");
    CHECK(derive({65536, 2, 1}) == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
}

TEST_CASE("a wrapped key opens under its own wrapping key only, unchanged") {
    const Bytes wrapped = wrap_key(test_key(1), test_key(2));
    REQUIRE(wrapped.size() == wrapped_key_size);
    CHECK(equal_constant_time(unwrap_key(test_key(1), wrapped)->view(), test_key(2).view()));
    CHECK_FALSE(unwrap_key(test_key(3), wrapped));
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
        Bytes altered = wrapped;
        altered[i] ^= 1;
        CHECK_FALSE(unwrap_key(test_key(1), altered));
        CHECK_FALSE(unwrap_key(test_key(1), ByteView(wrapped).first(i)));
    }
}

TEST_CASE("a record opens only with its key, its context and every byte as it was") {
    for (const std::size_t size : {0, 1, 63, 64, 65, 1000}) {
        const Bytes text = test_document(size);
        const Bytes record = seal_record(test_key(), as_bytes("field 1"), text);
        CHECK(record.size() == size + record_overhead);
        CHECK(std::ranges::equal(open_record(test_key(), as_bytes("field 1"), record).view(), text));
        const auto refused = [&](std::uint8_t key, std::string_view context, ByteView from) {
            return status_of([&] { (void)open_record(test_key(key), as_bytes(context), from); }) ==
                   Status::ERR_CORRUPT;
        };
        CHECK(refused(8, "field 1", record));
        CHECK(refused(7, "field 2", record));
        for (std::size_t i = 0; i < record.size(); i += 7) {
            Bytes altered = record;
            altered[i] ^= 1;
            CHECK(refused(7, "field 1", altered));
            CHECK(refused(7, "field 1", ByteView(record).first(i)));
        }
    }
}

TEST_CASE("an Ed25519 signature with a scalar of the group's order or more is not canonical") {
    const Bytes order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    const auto canonical = [](const Bytes& scalar) {
        ByteArray<64> signature{};
        std::ranges::copy(scalar, signature.begin() + 32);
        return has_canonical_scalar(signature);
    };
    Bytes below = order;
    --below[0];
    CHECK(canonical(Bytes(32)));
    CHECK(canonical(below));
    CHECK_FALSE(canonical(order));
    CHECK_FALSE(canonical(Bytes(32, 0xff)));
}

TEST_CASE("Ed25519: RFC 8032 §7.1, and nothing else verifies") {
    const struct {
        std::string_view seed, key, message, signature;
    } vectors[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25"
         "bf5f0595bbe"
         "24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387"
         "b2eaeb4302a"
         "eeb00d291612bb0c00"},
    };
    for (const auto& each : vectors) {
        SigningKey key{Secret(from_hex(each.seed))};
        CHECK(to_hex(key.verifying_key()) == each.key);
        const auto message = from_hex(each.message);
        auto signature = key.sign(message);
        CHECK(to_hex(signature) == each.signature);
        CHECK(verify_signature(key.verifying_key(), message, signature));
        CHECK_FALSE(verify_signature(key.verifying_key(), as_bytes("other"), signature));
        signature[3] ^= 1;
        CHECK_FALSE(verify_signature(key.verifying_key(), message, signature));
        CHECK_FALSE(verify_signature({}, message, signature));
    }
}
