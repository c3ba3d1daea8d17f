#include "instance/instance.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>

namespace myqsec::instance {

namespace {

/// A setting of 0 does not keep the host busy.
constexpr Duration shortest_wait = std::chrono::seconds(1);

storage::VaultOptions with_blob_folders(storage::VaultOptions options) {
    options.blob_folders = blob_folders();
    return options;
}

void add(Schemas& all, const Schemas& of_domain) {
    all.main.insert(all.main.end(), of_domain.main.begin(), of_domain.main.end());
    all.log.insert(all.log.end(), of_domain.log.begin(), of_domain.log.end());
}

}  // namespace

storage::BlobFolders blob_folders() {
    static const auto folders = [] {
        std::vector<std::string_view> all;
#define MYQSEC_DOMAIN(name, Type, ...) all.push_back(Type::blob_folder);
#include "instance/domains.def"
#undef MYQSEC_DOMAIN
        std::erase(all, std::string_view());
        return all;
    }();
    return folders;
}

void migrate(storage::Vault& vault) {
    Schemas all;
#define MYQSEC_DOMAIN(name, Type, ...) add(all, Type::schemas());
#include "instance/domains.def"
#undef MYQSEC_DOMAIN
    vault.migrate(all.main, all.log);
}

Instance::Migrated::Migrated(storage::Vault& vault) {
    migrate(vault);
}

Instance::Instance(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const Clock& clock,
                   const storage::VaultOptions& options)
    : vault(std::move(folder), root, clock, with_blob_folders(options)), migrated(vault) {
#define MYQSEC_DOMAIN(name, ...) domains_.push_back(&name);
#include "instance/domains.def"
#undef MYQSEC_DOMAIN
    access.users.before_removal([this](storage::Transaction& transaction, UserId person) {
        for (auto* domain : domains_)
            domain->forget_person(transaction, person);
    });
    access.sessions.when_revoked([this](const access::Session& session) {
        spool.jobs.undo_pulled(session.principal.session);
        if (session.principal.device) devices.end_revoked(session.principal);
    });
}

void Instance::recover(Birth birth) {
    vault.require_accepted(audit.compare());
    vault.begin_opening();
    auto found = vault.findings();
    const auto action =
        birth == Birth::created ? audit::Action::instance_created : audit::Action::instance_opened;
    std::vector<audit::Event> opening{
        {action, audit::Actor::system(), audit::Object::instance(), audit::Result::ok, {}, {}}};
    std::ranges::transform(found, std::back_inserter(opening), damage_found);
    audit.recover(opening);
    for (auto* domain : domains_)
        std::ranges::move(domain->recover(), std::back_inserter(found));
    audit.drain();
    const std::lock_guard lock(telling_);
    findings_ = std::move(found);
    ticks_.last = vault.clock().now();
}

Instance::Ticks Instance::ticks() const {
    const std::lock_guard lock(telling_);
    return ticks_;
}

Findings Instance::findings() const {
    const std::lock_guard lock(telling_);
    return findings_;
}

Instant Instance::tick(const access::Principal& principal) {
    static_cast<void>(access.authority.authorise(principal, access::Right::instance_tick));
    const auto begun = vault.clock().now();
    auto wait = longest_wait;
    auto next = Instant::max();
    std::exception_ptr first_failure;
    for (auto* domain : domains_) {
        try {
            next = std::min(next, domain->tick(principal));
            wait = std::min(wait, domain->soonest());
            auto found = domain->take_findings();
            const std::lock_guard lock(telling_);
            std::ranges::move(found, std::back_inserter(findings_));
        } catch (...) {  // one domain's trouble does not keep the others from what is due
            if (!first_failure) first_failure = std::current_exception();
        }
    }
    {
        const std::lock_guard lock(telling_);
        ticks_ = {begun, first_failure != nullptr};
    }
    if (first_failure) std::rethrow_exception(first_failure);
    return std::min(next, begun + std::max(wait, shortest_wait));
}

void Instance::settle() noexcept {
    const std::function<void()> last_works[] = {[&] { access.refusals.close(); },
                                                [&] { vault.leaf_keys().turn(); }, [&] { audit.drain(); },
                                                [&] { vault.end_opening(); }};
    for (const auto& last_work : last_works) {
        try {
            last_work();
        } catch (...) {
            continue;
        }
    }
}

}  // namespace myqsec::instance
