#include "crypto/password.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/container_fixture.hpp"
#include "crypto/root/root_provider.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace {

constexpr Argon2Parameters quick{64, 1, 1};

}  // namespace

TEST_CASE("a verifier accepts its password, under its pepper, and nothing else") {
    const Secret pepper = test_key();
    const Bytes verifier = make_password_verifier("päss", pepper, quick);
    CHECK(check_password("päss", pepper, verifier, quick));
    CHECK_FALSE(check_password("pass", pepper, verifier, quick));
    CHECK_FALSE(check_password("", pepper, verifier, quick));
    CHECK_FALSE(check_password("päss", test_key(8), verifier, quick));
    CHECK_FALSE(check_password("päss", pepper, {}, quick));
    CHECK(make_password_verifier("päss", pepper, quick) != verifier);
}

TEST_CASE("stored parameters out of range are CORRUPT, not hours of work") {
    const auto derive = [](const Argon2Parameters& parameters) {
        return status_of([&] { (void)argon2id(as_bytes("p"), Bytes(16), parameters, 32); });
    };
    CHECK(derive({7, 1, 1}) == Status::ERR_CORRUPT);
    CHECK(derive({15, 1, 2}) == Status::ERR_CORRUPT);
    CHECK(derive({(1U << 21) + 1, 1, 1}) == Status::ERR_CORRUPT);
    CHECK(derive({64, 0, 1}) == Status::ERR_CORRUPT);
    CHECK(derive({64, 1001, 1}) == Status::ERR_CORRUPT);
    CHECK(derive({256, 1, 17}) == Status::ERR_CORRUPT);
    CHECK(derive({64, 1, 0}) == Status::ERR_CORRUPT);

    Bytes verifier = make_password_verifier("p", test_key(), quick);
    verifier.pop_back();
    CHECK(status_of([&] { (void)check_password("p", test_key(), verifier, quick); }) == Status::ERR_CORRUPT);
    verifier[0] = 2;
    CHECK(status_of([&] { (void)check_password("p", test_key(), verifier, quick); }) ==
          Status::ERR_NEWER_VERSION);
}

TEST_CASE("many threads derive at once, each its own result") {
    std::vector<std::thread> threads;
    std::vector<Bytes> results(8);
    for (std::uint8_t i = 0; i < 8; ++i) {
        threads.emplace_back([i, &results] {
            const Secret out = argon2id(Bytes(1, i), Bytes(16), {1024, 1, 1}, 32);
            results[i].assign(out.view().begin(), out.view().end());
        });
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(std::set<Bytes>(results.begin(), results.end()).size() == 8);
}

// Sanitizers keep what was freed.
#ifndef MYQSEC_SANITIZED
TEST_CASE("sixteen derivations at once take the memory of two") {
    constexpr std::size_t memory_of_one = 32 << 20;
    const auto resident = [] {
        std::size_t size = 0, pages = 0;
        std::ifstream("/proc/self/statm") >> size >> pages;
        return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    };
    const std::size_t before = resident();
    std::atomic<int> running{16};
    std::vector<std::thread> threads;
    for (std::uint8_t i = 0; i < 16; ++i) {
        threads.emplace_back([i, &running] {
            (void)argon2id(Bytes(1, i), Bytes(16), {memory_of_one / 1024, 1, 1}, 32);
            --running;
        });
    }
    std::size_t peak = before;
    while (running > 0) {
        peak = std::max(peak, resident());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(peak - before > memory_of_one / 2);
    CHECK(peak - before < 2 * memory_of_one + memory_of_one / 2);
}
#endif

TEST_CASE("a forked child draws other random numbers than its parent") {
    const auto draw = [] {  // from both generators
        const auto nonce = random_array<16>();
        const Secret key = random_secret(16);
        return ByteWriter().raw(nonce).raw(key.view()).take();
    };
    (void)draw();
    int channel[2];
    REQUIRE(::pipe(channel) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const Bytes drawn = draw();
        ::_exit(::write(channel[1], drawn.data(), drawn.size()) == 32 ? 0 : 1);
    }
    Bytes of_child(32);
    REQUIRE(::read(channel[0], of_child.data(), of_child.size()) == 32);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ::close(channel[0]);
    ::close(channel[1]);
    const Bytes of_parent = draw();
    CHECK_FALSE(std::equal(of_child.begin(), of_child.begin() + 16, of_parent.begin()));
    CHECK_FALSE(std::equal(of_child.begin() + 16, of_child.end(), of_parent.begin() + 16));
}

TEST_CASE("random numbers below a bound reach all of it and nothing else") {
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random_below(7));
    CHECK(seen == std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(random_below(1) == 0);
}

TEST_CASE("what a keystore asks Argon2id for is bounded before it is run, and no more is ever written") {
    const auto provider = passphrase_provider(Secret(as_bytes("open sesame")), quick);
    const auto asked = [&](std::uint32_t memory_kib, std::uint32_t iterations) {
        const auto blob = ByteWriter()
                              .integer(root_blob_version)
                              .integer(memory_kib)
                              .integer(iterations)
                              .integer(std::uint32_t{1})
                              .raw(Bytes(16))
                              .take();
        const auto begin = std::chrono::steady_clock::now();
        const auto status = status_of([&] { (void)provider->unlock(blob); });
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
        return status;
    };
    CHECK(asked(64, 1) == Status::OK);
    CHECK(asked(1U << 22, 1) == Status::ERR_CORRUPT);  // 4 GiB
    CHECK(asked((1U << 20) + 1, 1) == Status::ERR_CORRUPT);
    CHECK(asked(65536, 1000) == Status::ERR_CORRUPT);
    CHECK(asked(64, 0xFFFFFFFF) == Status::ERR_CORRUPT);
    CHECK(asked(64, 0) == Status::ERR_CORRUPT);
    for (const Argon2Parameters& parameters : {Argon2Parameters{1U << 21, 1, 1}, {1U << 20, 5, 1}})
        CHECK(status_of([&] { passphrase_provider(Secret(as_bytes("p")), parameters); }) ==
              Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("a root provider finds its key again, another secret finds another") {
    const auto passphrase = [](std::string_view text) {
        return passphrase_provider(Secret(as_bytes(text)), quick);
    };
    const auto created = passphrase("open sesame")->create();
    CHECK(created.blob.size() <= RootProvider::max_blob);
    CHECK(equal_constant_time(passphrase("open sesame")->unlock(created.blob).view(), created.key.view()));
    CHECK_FALSE(
        equal_constant_time(passphrase("open barley")->unlock(created.blob).view(), created.key.view()));

    const auto key_file = [](std::uint8_t value) { return key_file_provider(Secret(Bytes(32, value))); };
    const auto from_file = key_file(1)->create();
    CHECK(equal_constant_time(key_file(1)->unlock(from_file.blob).view(), from_file.key.view()));
    CHECK_FALSE(equal_constant_time(key_file(2)->unlock(from_file.blob).view(), from_file.key.view()));
    CHECK(status_of([&] { (void)key_file(1)->unlock(created.blob); }) == Status::ERR_CORRUPT);
    CHECK(status_of([&] { (void)key_file(1)->unlock({}); }) == Status::ERR_CORRUPT);
    CHECK(status_of([] { key_file_provider(Secret(31)); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] { passphrase(""); }) == Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("a host's root callbacks are held to their promise") {
    RootCallbacks callbacks{[] {
                                return RootProvider::Created{Bytes(4, 1), test_key()};
                            },
                            [](ByteView) { return test_key(); }};
    const auto provider = callback_provider(callbacks);
    CHECK(provider->kind() == 3);
    CHECK(equal_constant_time(provider->create().key.view(), provider->unlock({}).view()));
    callbacks.unlock = [](ByteView) { return Secret(16); };
    CHECK(status_of([&] { (void)callback_provider(callbacks)->unlock({}); }) == Status::ERR_CALLBACK);
    callbacks.unlock = [](ByteView) -> Secret { throw std::runtime_error("the token is gone"); };
    CHECK(status_of([&] { (void)callback_provider(callbacks)->unlock({}); }) == Status::ERR_CALLBACK);
    callbacks.create = [] { return RootProvider::Created{Bytes(1025), test_key()}; };
    CHECK(status_of([&] { (void)callback_provider(callbacks)->create(); }) == Status::ERR_CALLBACK);
    callbacks.create = nullptr;
    CHECK(status_of([&] { callback_provider(callbacks); }) == Status::ERR_INVALID_ARGUMENT);
}
