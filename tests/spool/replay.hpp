// What must be so if the audit log is true: every fact has its event, and every event its fact.
#pragma once

#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "audit/tree/merkle.hpp"
#include "site.hpp"

namespace myqsec::test {

/// Follows the audit log of an instance from its first event, across restarts.
class Replay {
 public:
    /// Takes in what is new: no number is missing, and the Merkle tree is that of these events.
    void follow(Site& site) {
        for (const auto& event :
             site.audit().list(site.auditor(), {}, {.after = next_ - 1, .limit = 1'000'000})) {
            REQUIRE(event.sequence == next_);
            ++next_;
            tree_.append(event.leaf_hash);
            take(event);
        }
        const auto head = site.audit().head(site.auditor());
        REQUIRE(head.size == next_ - 1);
        REQUIRE(head.root == tree_.root());
    }

    /// Compares with the facts; "root" is logged in.
    void check(Site& site) const {
        check_jobs(site);
        check_people(site);
        check_groups(site);
        for (const auto& [name, value] : settings_)
            CHECK(site.settings().get(name).value == value);
    }
    [[nodiscard]] bool tells_of(std::int64_t job) const { return ever_held_.contains(job); }

 private:
    using Fields = std::map<std::string, std::string>;
    struct JobFacts {
        std::string state = "pending-held";
        std::string queue, size;
        std::int64_t releases = 0;
        bool possibly_printed = false;
    };

    void take(const audit::StoredEvent& event) {
        const auto id = event.object.id;
        if (event.object.kind == audit::ObjectKind::job) take_job(event);
        if (event.object.kind == audit::ObjectKind::user) take_person(event);
        if (event.action == audit::Action::group_created) groups_[id] = event.changes.at(0).new_value;
        if (event.action == audit::Action::group_deleted) groups_.erase(id);
        if (event.action == audit::Action::group_member_added)
            members_.emplace(id, std::stoll(event.changes.at(0).new_value));
        if (event.action == audit::Action::group_member_removed)
            members_.erase({id, std::stoll(event.changes.at(0).old_value)});
        if (event.action == audit::Action::settings_changed)
            settings_[event.changes.at(0).field] = event.changes.at(0).new_value;
    }

    void take_job(const audit::StoredEvent& event) {
        using audit::Action;
        const auto id = event.object.id;
        if (event.action == Action::job_held) {
            CHECK(ever_held_.insert(id).second);
            jobs_[id].queue = event.changes.at(0).new_value;
            jobs_[id].size = event.changes.at(2).new_value;
            return;
        }
        REQUIRE(jobs_.contains(id));  // of none that never was, nor of one that is gone
        if (event.action == Action::job_read) return;
        auto& job = jobs_[id];
        const auto state = event.changes.empty() ? "" : event.changes[0].new_value;
        job.possibly_printed = event.action == Action::job_possibly_printed;
        if (event.action == Action::job_released) ++job.releases;
        if (event.action == Action::job_release_failed) {
            job.state = "pending-held";
        } else if (state.empty() || state == "deleted") {  // job.deleted, job.expired, job.released
            jobs_.erase(id);
        } else {
            job.state = state;
        }
    }

    void take_person(const audit::StoredEvent& event) {
        const auto id = event.object.id;
        if (event.action == audit::Action::user_deleted) {
            people_.erase(id);
            std::erase_if(members_, [&](const auto& member) { return member.second == id; });
            return;
        }
        if (event.action != audit::Action::user_created && event.action != audit::Action::user_changed)
            return;
        for (const auto& change : event.changes)
            people_[id][change.field] = change.new_value;
        for (const auto& value : event.personal)
            people_[id][value.field] = value.text.value_or("");
    }

    void check_jobs(Site& site) const {
        const auto jobs = site.jobs().list(site.root, {});
        // A job past its expiry is in no list, as a private one that was cancelled; a tick tells its end.
        auto expired = site.vault().main().query("SELECT id FROM job WHERE expires <= $1 AND state <> $2",
                                                 site.vault().clock().now(), spool::JobState::processing);
        std::size_t unlisted = 0;
        while (expired.next()) {
            ++unlisted;
            CHECK(jobs_.contains(expired.integer(0)));
        }
        CHECK(jobs.size() + unlisted == jobs_.size());
        for (const auto& job : jobs) {
            REQUIRE(jobs_.contains(job.id.value));
            const auto& told = jobs_.at(job.id.value);
            CHECK(job_state_name(job.state) == told.state);
            CHECK(job.releases == told.releases);
            CHECK(job.printed.has_value() == (told.releases > 0));
            CHECK(std::to_string(job.queue.value) == told.queue);
            CHECK(std::to_string(job.size) == told.size);
            CHECK((job.reasons == spool::reason::held_possibly_printed) == told.possibly_printed);
        }
    }

    void check_people(Site& site) const {
        const auto people = site.access().users.list(site.root);
        CHECK(people.size() == people_.size());
        for (const auto& user : people) {
            REQUIRE(people_.contains(user.id.value));
            auto told = people_.at(user.id.value);
            CHECK(user.user_name == told["user_name"]);
            CHECK(user.full_name == told["full_name"]);
            CHECK(user.notes == told["notes"]);
            CHECK((user.state == access::UserState::disabled) == (told["state"] == "disabled"));
        }
    }

    void check_groups(Site& site) const {
        std::map<std::int64_t, std::string> groups;
        std::set<std::pair<std::int64_t, std::int64_t>> members;
        for (const auto& group : site.access().groups.list(site.root)) {
            groups[group.id.value] = group.name;
            for (const auto user : site.access().groups.members(site.root, group.id))
                members.emplace(group.id.value, user.value);
        }
        CHECK(groups == groups_);
        CHECK(members == members_);
    }

    std::int64_t next_ = 1;
    audit::CompactRange tree_;
    std::set<std::int64_t> ever_held_;
    std::map<std::int64_t, JobFacts> jobs_;
    std::map<std::int64_t, Fields> people_;
    std::map<std::int64_t, std::string> groups_;
    std::set<std::pair<std::int64_t, std::int64_t>> members_;
    Fields settings_;
};

/// Rows, keys and files belong together, one of each for every document, and nothing is left of any other.
inline void check_nothing_half_there(Site& site) {
    auto& main = site.vault().main();
    const auto number = [&](std::string_view sql) {
        auto rows = main.query(sql);
        return rows.next() ? rows.integer(0) : -1;
    };
    auto sound = main.query("PRAGMA integrity_check");
    REQUIRE(sound.next());
    CHECK(sound.text(0) == "ok");
    const auto documents = number("SELECT count(*) FROM job WHERE leaf <> 0");
    CHECK(number("SELECT count(*) FROM job JOIN key_leaf ON key_leaf.id = job.leaf") == documents);
    CHECK(number("SELECT count(*) FROM key_leaf WHERE kind = 1") == documents);
    CHECK(number("SELECT count(*) FROM job WHERE state = 5 OR claim IS NOT NULL") == 0);
    const auto files = site.files();
    CHECK(static_cast<std::int64_t>(files.size()) == documents);
    for (const auto& file : files) {
        CHECK(main.query("SELECT 1 FROM job WHERE leaf <> 0 AND lower(hex(blob)) = $1", file).next());
    }
}

}  // namespace myqsec::test
