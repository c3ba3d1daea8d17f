#include "crypto/random.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>

#include <botan/entropy_src.h>
#include <botan/hmac_drbg.h>
#include <botan/system_rng.h>
#include <pthread.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "crypto/botan_errors.hpp"

namespace myqsec::crypto {

namespace {

// Its destructor is trivial, so that fork and exit handlers of the host may run in any order.
constinit std::mutex generator_lock;

// The lock is held across fork, so that a child never inherits it from a thread that it does not have.
bool watch_forks() {
    const int failed = ::pthread_atfork([] { generator_lock.lock(); }, [] { generator_lock.unlock(); },
                                        [] { generator_lock.unlock(); });
    if (failed != 0) fail_errno(failed, "register a fork handler for", "the random generator");
    return true;
}

/// The generator of this process's keys; call with the lock held. What Botan's AutoSeeded_RNG is, over the
/// hash that CPUs have instructions for: a key costs a third.
Botan::HMAC_DRBG& generator(std::uint32_t current) {
    static Botan::HMAC_DRBG rng(Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)"),
                                Botan::system_rng(), Botan::Entropy_Sources::global_sources());
    static std::uint32_t seeded_in = current;
    if (seeded_in != current) {
        rng.force_reseed();
        rng.random_vec(1);  // reseeds now, while a failure can still be reported
        seeded_in = current;
    }
    return rng;
}

}  // namespace

std::uint32_t fork_generation() {
    static const bool watching = watch_forks();
    (void)watching;
    return process_generation();
}

void randomize(ByteSpan into) {
    constexpr std::size_t most_at_once = 256;
    for (auto rest = into; !rest.empty(); rest = rest.subspan(std::min(rest.size(), most_at_once))) {
        if (::getentropy(rest.data(), std::min(rest.size(), most_at_once)) != 0)
            fail_errno(errno, "draw random bytes from", "the system");
    }
    // Two clones of a machine whose kernel nobody told of it draw the same bytes, but hardly in the same
    // nanosecond.
    const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    for (std::size_t i = 0; i < std::min(into.size(), sizeof now); ++i)
        into[i] ^= static_cast<std::uint8_t>(now >> 8 * i);
}

Secret random_secret(std::size_t size) {
    Secret out(size);
    const std::uint32_t current = fork_generation();
    const std::lock_guard guard(generator_lock);
    guarded("drawing a random key",
            [&] { generator(current).randomize_with_ts_input(out.span().data(), out.size()); });
    return out;
}

std::uint32_t random_below(std::uint32_t bound) {
    if (bound == 0) fail(Status::ERR_INTERNAL, "a random number below 0 was asked for");
    // The smallest 2^32 mod bound values are left out, so that every remainder is equally likely.
    const std::uint32_t reject_below = (0U - bound) % bound;
    for (;;) {
        const auto value = load_be<std::uint32_t>(random_secret(sizeof(std::uint32_t)).view().data());
        if (value >= reject_below) return value % bound;
    }
}

}  // namespace myqsec::crypto
