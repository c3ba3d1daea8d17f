#include "abi/machinery/engine.hpp"

#include <algorithm>

#include "abi/machinery/call.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"
#include "crypto/self_test/self_test.hpp"
#include "instance/new_instance.hpp"

namespace myqsec::abi {

namespace {

/// A host's time, whatever it says: half of all time is enough, and can be added up.
std::int64_t addable(std::int64_t milliseconds) {
    return std::clamp<std::int64_t>(milliseconds, 0, INT64_MAX / 4);
}

}  // namespace

storage::VaultOptions vault_options(const myqsec_options& options, HostParts& host) {
    storage::VaultOptions out;
    if (options.cache_kib > 0) out.cache_kib = static_cast<int>(options.cache_kib);
    out.main_counter = host.main_counter.options();
    out.log_counter = host.log_counter.options();
    out.accept_earlier_parts = options.accept_earlier_parts != 0;
    return out;
}

Instant HostClock::now() const {
    if (!function_) return SystemClock().now();
    const CallbackScope scope;
    return from_milliseconds(addable(scope.call(function_, context_)));
}

Duration HostClock::running() const {
    if (!running_) return SystemClock().running();
    const CallbackScope scope;
    return Duration(addable(scope.call(running_, context_)));
}

namespace {

/// Until all of it is there, a new instance is one to be made anew.
storage::VaultOptions born(storage::VaultOptions options, Engine::Birth birth) {
    options.creation_goes_on = birth == Engine::Birth::created;
    return options;
}

}  // namespace

Engine::Engine(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const myqsec_options& options,
               Birth birth)
    : HostParts(options),
      Instance(std::move(folder), root, clock, born(vault_options(options, *this), birth)),
      process_(crypto::fork_generation()) {
    recover(birth);
}

// A child's copy is never destroyed: it would write to its parent's files (see in_opening_process).
Engine::~Engine() {
    if (in_opening_process()) settle();
}

void Engine::check_process() const {
    if (!in_opening_process()) {
        fail(Status::ERR_FORKED,
             "this handle was opened before fork(), by the parent; open it anew after the parent closed it");
    }
}

bool Engine::in_opening_process() const noexcept {
    return crypto::fork_generation() == process_;
}

std::unique_ptr<Engine> create_engine(const std::string& directory, crypto::RootProvider& root,
                                      const std::optional<crypto::Argon2Parameters>& costs,
                                      const myqsec_options& options) {
    crypto::self_test();
    instance::NewInstance made(directory);
    made.make([&](Folder& folder) { storage::Vault::create(folder, root, instance::blob_folders()); });
    auto engine =
        std::make_unique<Engine>(open_folder(directory, false), root, options, Engine::Birth::created);
    if (costs) engine->settings.begin_with(*costs);
    engine->vault.finish_creation();
    made.keep();
    return engine;
}

std::unique_ptr<Engine> restore_engine(const RestoreRequest& request, crypto::RootProvider& root,
                                       const myqsec_options& options) {
    crypto::self_test();
    const auto backup = open_folder(request.backup, false);
    if (backup->surrounds(request.directory)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "'{}' lies in the backup's own folder: it is to stay as it is; choose another place for the "
             "instance",
             request.directory);
    }
    instance::NewInstance made(request.directory);
    made.make([&](Folder& folder) {
        storage::restore_backup(*backup, folder, request.key, root, HostClock(options).now(),
                                instance::blob_folders(), request.progress);
    });
    auto engine =
        std::make_unique<Engine>(open_folder(request.directory, false), root, options, Engine::Birth::opened);
    made.keep();
    return engine;
}

std::unique_ptr<Engine> open_engine(const std::string& directory, crypto::RootProvider& root,
                                    const myqsec_options& options) {
    crypto::self_test();
    return std::make_unique<Engine>(open_folder(directory, false), root, options, Engine::Birth::opened);
}

HostCounter::HostCounter(const myqsec_options& options, std::uint32_t which)
    : read_(options.counter_read),
      advance_(options.counter_advance),
      context_(options.counter_context),
      which_(which),
      interval_(options.counter_interval) {
    if ((options.counter_read == nullptr) != (options.counter_advance == nullptr)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "options needs counter_read and counter_advance together, or neither of them");
    }
    if (options.counter_interval < 0)
        fail(Status::ERR_INVALID_ARGUMENT, "options.counter_interval must be at least 0");
}

std::uint64_t HostCounter::read() {
    std::uint64_t value = 0;
    const CallbackScope scope;
    const int failed = scope.call(read_, context_, which_, &value);
    if (failed != 0) fail(Status::ERR_CALLBACK, "the host's function counter_read failed with {}", failed);
    return value;
}

void HostCounter::advance(std::uint64_t value) {
    const CallbackScope scope;
    const int failed = scope.call(advance_, context_, which_, value);
    if (failed != 0) fail(Status::ERR_CALLBACK, "the host's function counter_advance failed with {}", failed);
}

storage::CounterOptions HostCounter::options() {
    if (read_ == nullptr) return {};
    return {this, interval_};
}

}  // namespace myqsec::abi
