#include "abi/machinery/engine.hpp"

#include "abi/machinery/callback_scope.hpp"
#include "crypto/fork_generation.hpp"
#include "crypto/self_test/self_test.hpp"
#include "instance/new_instance.hpp"

namespace myqsec::abi {

namespace {

storage::VaultOptions vault_options(const myqsec_options& options, HostParts& host) {
    storage::VaultOptions out;
    if (options.cache_kib > 0) out.cache_kib = static_cast<int>(options.cache_kib);
    out.main_counter = host.main_counter.options();
    out.log_counter = host.log_counter.options();
    return out;
}

}  // namespace

Instant HostClock::now() const {
    if (!function_) return SystemClock().now();
    const CallbackScope scope;
    return from_milliseconds(function_(context_));
}

Engine::Engine(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const myqsec_options& options,
               Birth birth)
    : HostParts(options),
      Instance(std::move(folder), root, clock, vault_options(options, *this)),
      process_(crypto::fork_generation()) {
    recover(birth);
}

// A child's copy is never destroyed: it would write to its parent's files (see in_opening_process).
Engine::~Engine() {
    settle();
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
                                      const myqsec_options& options) {
    crypto::self_test();
    instance::NewInstance made(directory);
    made.make([&](Folder& folder) { storage::Vault::create(folder, root, instance::blob_folders()); });
    auto engine =
        std::make_unique<Engine>(open_folder(directory, false), root, options, Engine::Birth::created);
    made.keep();
    return engine;
}

std::unique_ptr<Engine> restore_engine(const RestoreRequest& request, crypto::RootProvider& root,
                                       const myqsec_options& options) {
    crypto::self_test();
    const auto backup = open_folder(request.backup, false);
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

}  // namespace myqsec::abi
