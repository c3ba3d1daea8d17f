#include "abi/machinery/engine.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>

#include "abi/machinery/callback_scope.hpp"
#include "audit/event_text.hpp"
#include "crypto/fork_generation.hpp"

namespace myqsec::abi {

namespace {

storage::VaultOptions vault_options(const myqsec_options& options, const storage::CounterOptions& main,
                                    const storage::CounterOptions& log) {
    storage::VaultOptions out;
    if (options.cache_kib > 0) out.cache_kib = static_cast<int>(options.cache_kib);
    out.main_counter = main;
    out.log_counter = log;
    return out;
}

audit::Event found(const storage::Vault::Finding& finding) {
    return {audit::Action::instance_damage_found,
            audit::Actor::system(),
            audit::Object::instance(),
            audit::Result::ok,
            {{"code", "", finding.code}},
            {}};
}

/// The machine stopped between a change of the root key and its event.
audit::Event root_changed() {
    return {audit::Action::key_rotated, audit::Actor::system(),          audit::Object::instance(),
            audit::Result::ok,          {{"root", "", "found-changed"}}, {}};
}

}  // namespace

Instant HostClock::now() const {
    if (!function_) return SystemClock().now();
    const CallbackScope scope;
    return from_milliseconds(function_(context_));
}

Engine::Migrated::Migrated(storage::Vault& vault) {
    const std::array main{audit::main_schema(), settings::schema(), access::schema(), spool::schema(),
                          device::schema()};
    const std::array log{audit::log_schema()};
    vault.migrate(main, log);
}

Engine::Engine(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const myqsec_options& options,
               Birth birth)
    : process_(crypto::fork_generation()),
      clock(options),
      main_counter(options, static_cast<std::uint32_t>(storage::DatabaseRole::main)),
      log_counter(options, static_cast<std::uint32_t>(storage::DatabaseRole::log)),
      vault(std::move(folder), root, clock,
            vault_options(options, main_counter.options(), log_counter.options())),
      migrated(vault),
      audit(vault),
      settings(vault, audit),
      access(vault, audit, settings),
      encryption(vault, audit),
      backups(vault, audit, settings),
      spool(vault, audit, settings, access),
      devices(vault, audit, settings, access, spool.jobs) {
    recover(birth);
}

// A child's copy is never destroyed: it would write to its parent's files (see in_opening_process).
Engine::~Engine() {
    // Nobody will tick: erasures that wait are completed now. Either failing, the next opening goes on with
    // it.
    for (const auto& last_work :
         {std::function([&] { vault.leaf_keys().turn(); }), std::function([&] { audit.drain(); })}) {
        try {
            last_work();
        } catch (...) {
            continue;
        }
    }
}

void Engine::recover(Birth birth) {
    findings = vault.findings();
    const auto action =
        birth == Birth::created ? audit::Action::instance_created : audit::Action::instance_opened;
    std::vector<audit::Event> opening{
        {action, audit::Actor::system(), audit::Object::instance(), audit::Result::ok, {}, {}}};
    for (const auto& finding : findings)
        opening.push_back(found(finding));
    audit.recover(opening);
    note_restoration();
    note_root();
    auto jobs = spool.jobs.recover();  // audits what it finds by itself
    std::move(jobs.begin(), jobs.end(), std::back_inserter(findings));
    devices.recover();
    audit.drain();
}

// Whoever has the backup and its key has every key of that moment: so all that seal what comes now are fresh
// ones, each node of the key tree, the databases' and the one that signs the audit log.
void Engine::note_restoration() {
    const auto restoration = vault.restoration();
    if (!restoration || (restoration->told && !vault.counted())) return;
    const auto from = audit::rfc3339(restoration->of);
    {
        storage::Transaction transaction(vault.main());
        if (!restoration->told) {
            audit.append(transaction, {audit::Action::instance_restored,
                                       audit::Actor::system(),
                                       audit::Object::instance(),
                                       audit::Result::ok,
                                       {{"backup_of", "", from}},
                                       {}});
        }
        static_cast<void>(vault.leaf_keys().record_root(transaction));
        vault.leaf_keys().mark_all(transaction);
        vault.leaf_keys().commit_erased(transaction);
    }
    if (!restoration->told) {
        encryption.renew_keys();
        findings.push_back({"restored", fmt::format("the instance was restored from a backup of {}", from)});
    }
    audit.rotate_key(audit::Actor::system());  // writes to the log, whose counter it takes along
    vault.settle_restoration();
}

void Engine::note_root() {
    storage::Transaction transaction(vault.main());
    if (vault.leaf_keys().record_root(transaction)) audit.append(transaction, root_changed());
    transaction.commit();
}

void Engine::report_alarms() {
    const auto alarms = vault.take_alarms();
    if (alarms.empty()) return;
    storage::Transaction transaction(vault.main());
    for (const auto& alarm : alarms)
        audit.append(transaction, found(alarm));
    transaction.commit();
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

Instant Engine::tick(const access::Principal& principal) {
    static_cast<void>(access.authority.authorise(principal, access::Right::instance_tick));
    auto next = Instant::max();
    std::exception_ptr first_failure;
    // One domain's trouble does not keep the others from what is due.
    const auto attempt = [&](auto&& work) {
        try {
            work();
        } catch (...) {
            if (!first_failure) first_failure = std::current_exception();
        }
    };
    attempt([&] { next = std::min(next, devices.tick(principal)); });
    attempt([&] {
        access.sessions.expire(clock.now());
        if (const auto deadline = access.sessions.next_deadline()) next = std::min(next, *deadline);
    });
    attempt([&] { next = std::min(next, spool.jobs.tick(principal)); });
    attempt([&] { audit.drain(); });
    attempt([&] {
        const auto epoch = settings.duration(settings::Setting::audit_epoch);
        next = std::min(next, audit.rotate_key_if_due(epoch));
    });
    attempt([&] {
        // A clock that ran ahead must not take the log with it.
        if (spool.jobs.deletion_suspended()) return;
        next = std::min(next, audit.prune(settings.duration(settings::Setting::audit_retention)));
    });
    attempt([&] {
        if (spool.jobs.deletion_suspended()) return;
        next = std::min(next, backups.tick());
    });
    attempt([&] {
        if (encryption.tick()) next = clock.now();
    });
    attempt([&] { report_alarms(); });
    attempt([&] { vault.checkpoint_if_due(); });
    attempt([&] {
        const auto delay = settings.duration(settings::Setting::erasure_max_delay);
        next = std::min(next, vault.leaf_keys().turn_if_due(delay));
    });
    if (first_failure) std::rethrow_exception(first_failure);
    return next;
}

}  // namespace myqsec::abi
