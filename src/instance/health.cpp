#include "instance/health.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::instance {

namespace {

using settings::Setting;

/// A host ticks each minute; a few may be late.
constexpr Duration tick_patience = std::chrono::minutes(5);
constexpr Duration erasure_patience = std::chrono::minutes(1);
constexpr Duration notification_patience = std::chrono::hours(24);

/// What an opening finds, and what may have changed since: that is asked again.
constexpr std::string_view asked_again[] = {"deletion-suspended", "disk-full"};

class Examination {
 public:
    explicit Examination(Instance& instance) : instance_(instance), now_(instance.vault.clock().now()) {}

    std::vector<HealthRow> run() {
        look_at_findings();
        look_at_ticks();
        look_at_clock();
        look_at_disk();
        look_at_erasures();
        look_at_devices();
        look_at_locks();
        look_at_databases();
        look_at_backups();
        look_at_notifications();
        std::ranges::stable_sort(rows_, std::ranges::greater(), &HealthRow::level);
        return std::move(rows_);
    }

 private:
    void add(std::string_view code, HealthLevel level, std::string sentence,
             std::optional<Instant> since = std::nullopt, std::optional<std::int64_t> count = std::nullopt) {
        rows_.push_back({std::string(code), level, std::move(sentence), since, count});
    }

    void look_at_findings() {
        for (const auto& finding : instance_.findings()) {
            if (std::ranges::find(asked_again, finding.code) != std::end(asked_again)) continue;
            add(finding.code, HealthLevel::warning, finding.sentence);
        }
    }

    void look_at_ticks() {
        const auto ticks = instance_.ticks();
        if (ticks.failed) {
            add("tick-failed", HealthLevel::alarm,
                "the last tick failed, so that something that was due was not done; the host's log has its "
                "error",
                ticks.last);
        }
        // A clock that was set back tells nothing.
        if (now_ - ticks.last > tick_patience) {
            add("tick-overdue", HealthLevel::alarm,
                "the host has not ticked lately: nothing expires, and no idle session ends", ticks.last);
        }
    }

    void look_at_clock() {
        if (!instance_.spool.jobs.deletion_suspended()) return;
        add("deletion-suspended", HealthLevel::warning,
            "the clock stepped further than clock.max_step, and expiry is suspended: set it right, then "
            "confirm it");
    }

    void look_at_disk() {
        const auto least = static_cast<std::uint64_t>(instance_.settings.integer(Setting::spool_min_free));
        try {
            instance_.vault.require_room(instance_.vault.blobs(spool::documents_folder), least);
        } catch (const Error& error) {
            if (error.status() != Status::ERR_NO_SPACE) throw;
            add("disk-full", HealthLevel::alarm, error.what());
        }
    }

    void look_at_erasures() {
        const auto keys = instance_.vault.leaf_keys().status();
        const auto delay = instance_.settings.duration(Setting::erasure_max_delay) + erasure_patience;
        if (!keys.waiting_since || now_ - *keys.waiting_since <= delay) return;
        add("erasure-overdue", HealthLevel::alarm,
            "erased keys can still be had from older copies of the files, longer than erasure.max_delay "
            "allows",
            keys.waiting_since, keys.waiting);
    }

    void look_at_devices() {
        const auto locked = instance_.devices.waiting_to_be_cleared();
        if (locked == 0) return;
        add("device-locked", HealthLevel::alarm,
            "devices are locked until their memory is cleared after a session", std::nullopt, locked);
    }

    void look_at_locks() {
        const auto locks = instance_.access.locks.in_force();
        if (locks == 0) return;
        add("login-locked", HealthLevel::notice,
            "logins to accounts, or at devices or sources, are locked after wrong entries", std::nullopt,
            locks);
    }

    void look_at_databases() {
        if (!instance_.page_alarms.has_compared()) {
            add("pages-unverified", HealthLevel::notice,
                "the pages of the databases are still being compared with what their logs say");
        }
        for (const auto role : storage::database_roles) {
            const auto conversion = instance_.vault.conversion(role);
            if (conversion.settled()) continue;
            add("conversion-unfinished", HealthLevel::notice,
                fmt::format("the {} database is being rewritten under another form or key",
                            storage::database_role_name(role)),
                std::nullopt, conversion.form.pages - conversion.form.pages_done);
        }
    }

    void look_at_backups() {
        const auto keys = instance_.vault.keystore().keys().versions(storage::KeyPurpose::backup);
        if (!keys.empty()) return;
        add("backup-missing", HealthLevel::notice, "there is no backup that could still be restored");
    }

    void look_at_notifications() {
        const auto oldest = instance_.host.notifications.oldest();
        if (!oldest || now_ - *oldest <= notification_patience) return;
        add("notifications-unread", HealthLevel::warning,
            "notifications wait for the host to tell and acknowledge them", oldest);
    }

    Instance& instance_;
    Instant now_;
    std::vector<HealthRow> rows_;
};

}  // namespace

std::string_view health_level_name(HealthLevel level) {
    switch (level) {
        case HealthLevel::notice:
            return "notice";
        case HealthLevel::warning:
            return "warning";
        case HealthLevel::alarm:
            return "alarm";
    }
    return "unknown";
}

std::vector<HealthRow> health_of(Instance& instance, const access::Principal& principal) {
    (void)instance.access.authority.authorise(principal, access::Right::health_read);
    return Examination(instance).run();
}

}  // namespace myqsec::instance
