#include <algorithm>
#include <atomic>

#include <botan/pwdhash.h>
#include <pthread.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/password.hpp"

namespace myqsec::crypto {

namespace {

/// One derivation takes up to `memory_kib`; this bounds what a burst of logins takes.
constexpr int max_running = 2;
constinit std::atomic<int> running{0};

/// The derivations of the parent's other threads do not exist in a forked child: their places are free.
void free_places_after_fork() {
    static const int failed = ::pthread_atfork(nullptr, nullptr, [] { running.store(0); });
    if (failed != 0) fail_errno(failed, "registering a fork handler for", "password derivation");
}

class Place {
 public:
    Place() {
        free_places_after_fork();
        int seen = running.load();
        for (;;) {
            if (seen >= max_running) {
                running.wait(seen);
                seen = running.load();
            } else if (running.compare_exchange_weak(seen, seen + 1)) {
                return;
            }
        }
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        running.fetch_sub(1);
        running.notify_one();
    }
};

void check(const Argon2Parameters& parameters) {
    const auto within = [](std::uint32_t value, std::uint32_t low, std::uint32_t high) {
        return low <= value && value <= high;
    };
    // RFC 9106 §3.1 asks for at least 8 KiB a lane.
    const bool good = within(parameters.iterations, 1, 1000) && within(parameters.lanes, 1, 16) &&
                      within(parameters.memory_kib, 8 * parameters.lanes, 1U << 21);
    if (!good) fail(Status::ERR_CORRUPT, "the stored parameters of a password derivation are out of range");
}

}  // namespace

Secret argon2id(ByteView password, ByteView salt, const Argon2Parameters& parameters, std::size_t size) {
    check(parameters);
    const Place place;
    return guarded("password derivation", [&] {
        const auto hash = Botan::PasswordHashFamily::create_or_throw("Argon2id")
                              ->from_params(parameters.memory_kib, parameters.iterations, parameters.lanes);
        Secret out(size);
        hash->derive_key(out.span().data(), size, as_text(password).data(), password.size(), salt.data(),
                         salt.size());
        return out;
    });
}

}  // namespace myqsec::crypto
