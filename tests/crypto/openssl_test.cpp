// What a host that uses OpenSSL itself may count on. The ciphers' answers are in known_answer_test.cpp.
#include <doctest/doctest.h>

#include "crypto/container_fixture.hpp"
#include "crypto/in_place_aead.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

#ifndef MYQSEC_WITH_OPENSSL

TEST_CASE("a build without libcrypto has no cipher of it") {
    CHECK(openssl_sealing(aes_256_gcm, test_key().view()) == nullptr);
    CHECK(openssl_opening(aes_256_gcm, test_key().view()) == nullptr);
}

#else

#include <thread>

#include <openssl/err.h>
#include <openssl/evp.h>

TEST_CASE("libcrypto runs AES-256-GCM and nothing else, of keys and nonces of their right sizes") {
    CHECK(openssl_sealing(chacha20_poly1305, test_key().view()) == nullptr);
    CHECK(openssl_opening("AES-128/GCM", test_key().view()) == nullptr);
    CHECK(status_of([] { (void)openssl_sealing(aes_256_gcm, Bytes(16)); }) == Status::ERR_INTERNAL);
    const auto sealing = openssl_sealing(aes_256_gcm, test_key().view());
    ByteArray<aead_tag_size> tag{};
    CHECK(status_of([&] { sealing->seal(Bytes(8), {}, {}, tag.data()); }) == Status::ERR_INTERNAL);
}

TEST_CASE(
    "the queue of errors of the host's thread stays as it was, also when a text does not authenticate") {
    ERR_clear_error();
    for (const int own : {0, ERR_R_INTERNAL_ERROR}) {
        if (own != 0) ERR_raise(ERR_LIB_USER, own);
        const unsigned long before = ERR_peek_last_error();
        Bytes text = test_document(100);
        ByteArray<aead_tag_size> tag{};
        openssl_sealing(aes_256_gcm, test_key().view())->seal(Bytes(12), {}, text, tag.data());
        tag[0] ^= 1;
        CHECK_FALSE(openssl_opening(aes_256_gcm, test_key().view())->open(Bytes(12), {}, text, tag.data()));
        CHECK(ERR_peek_last_error() == before);
    }
    ERR_clear_error();
}

TEST_CASE("a host that has switched its own ciphers off does not switch off ours") {
    REQUIRE(EVP_set_default_properties(nullptr, "provider=none-of-these") == 1);
    EVP_CIPHER* of_host = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    const Bytes document = test_document(1000);
    Bytes text = document;
    ByteArray<aead_tag_size> tag{};
    openssl_sealing(aes_256_gcm, test_key().view())->seal(Bytes(12), {}, text, tag.data());
    const bool opened =
        openssl_opening(aes_256_gcm, test_key().view())->open(Bytes(12), {}, text, tag.data());
    REQUIRE(EVP_set_default_properties(nullptr, "") == 1);
    ERR_clear_error();
    CHECK(of_host == nullptr);
    CHECK(opened);
    CHECK(text == document);
}

TEST_CASE("threads seal at once, each under its own key") {
    std::vector<Bytes> results(8, test_document(5000));
    std::vector<std::thread> threads;
    for (std::uint8_t i = 0; i < results.size(); ++i) {
        threads.emplace_back([i, &results] {
            ByteArray<aead_tag_size> tag{};
            for (int round = 0; round < 50; ++round) {
                AeadSealer(aes_256_gcm, test_key(i).view()).seal(Bytes(12), {}, results[i], tag.data());
                const bool good =
                    AeadOpener(aes_256_gcm, test_key(i).view()).open(Bytes(12), {}, results[i], tag.data());
                if (!good) return;
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    for (const Bytes& result : results)
        CHECK(result == test_document(5000));
}

#endif
