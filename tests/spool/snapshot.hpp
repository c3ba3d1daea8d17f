// All that can be read of an instance, to compare it with what it should say.
#pragma once

#include <map>
#include <set>
#include <string>

#include "site.hpp"

namespace myqsec::test {

/// What an instance tells, part by part: every row of every table, the people, the audit events, the
/// documents.
struct Snapshot {
    std::map<std::string, std::string> parts;  ///< only those that could be read
    std::map<std::string, Status> failures;    ///< the others

    template <typename Read>
    void add(const std::string& part, Read&& read) {
        try {
            parts.emplace(part, read());
        } catch (const Error& error) {
            failures.emplace(part, error.status());
        }
    }
    /// Nothing that was read is anything but the truth.
    [[nodiscard]] bool says_only(const Snapshot& truth) const {
        return std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
            const auto known = truth.parts.find(part.first);
            return known != truth.parts.end() && known->second == part.second;
        });
    }
};

inline void add_tables(Snapshot& snapshot, storage::Database& database) {
    std::vector<std::string> tables;
    snapshot.add(database.name(), [&] {
        auto rows = database.query("SELECT name, sql FROM sqlite_schema ORDER BY name");
        std::string schema;
        while (rows.next()) {
            if (rows.text(1).starts_with("CREATE TABLE")) tables.emplace_back(rows.text(0));
            schema.append(rows.text(1)).append("\n");
        }
        return schema;
    });
    for (const auto& table : tables) {
        snapshot.add(database.name() + " " + table, [&] {
            auto columns = database.query(
                "SELECT group_concat('quote(' || name || ')', ' || '','' || ') FROM pragma_table_info($1)",
                table);
            columns.next();
            const auto sql = fmt::format("SELECT {} FROM {} ORDER BY 1", columns.text(0), table);
            std::string all;
            for (auto rows = database.query(sql); rows.next();)
                all.append(rows.text(0)).append("\n");
            return all;
        });
    }
    snapshot.add(database.name() + " indexes", [&] {
        auto rows = database.query("PRAGMA integrity_check");
        if (!rows.next() || rows.text(0) != "ok") fail(Status::ERR_CORRUPT, "the database is not sound");
        return std::string("ok");
    });
}

inline std::string tell_people(Site& site) {
    std::string all;
    for (const auto& user : site.access().users.list(site.root)) {
        all += fmt::format("{} {} {} {} {} {}\n", user.id.value, access::user_state_name(user.state),
                           user.user_name, user.full_name, user.email, user.notes);
    }
    return all;
}

inline std::string tell_events(Site& site) {
    std::string all;
    for (const auto& event : site.audit().list(site.auditor(), {}, {.limit = 1'000'000})) {
        all += fmt::format("{} {} {}", event.sequence, audit::action_name(event.action), event.object.id);
        for (const auto& value : event.personal)
            all += fmt::format(" {}={}", value.field, value.text.value_or("(erased)"));
        all += fmt::format(" {}\n", to_hex(event.leaf_hash));
    }
    return all;
}

inline std::string read_document(Site& site, const access::Principal& reader, JobId job) {
    const auto document = site.jobs().open_document(reader, job);
    std::string text(document->size(), '\0');
    text.resize(document->read_at(0, ByteSpan(reinterpret_cast<std::uint8_t*>(text.data()), text.size())));
    return text;
}

/// Of an instance that was just opened. Reading documents adds audit events, so it is the last that is read.
inline Snapshot take_snapshot(Site& site) {
    Snapshot snapshot;
    add_tables(snapshot, site.vault().main());
    add_tables(snapshot, site.vault().log());
    snapshot.add("events", [&] { return tell_events(site); });
    std::vector<spool::Job> jobs;
    snapshot.add("people and jobs", [&] {
        site.root = site.log_in(site.root_user);
        auto all = tell_people(site);
        jobs = site.jobs().list(site.root, {});
        for (const auto& job : jobs)
            all += fmt::format("{} {} {} {}\n", job.id.value, job.owner_name, job.name, job.host_name);
        return all;
    });
    for (const auto& job : jobs) {
        snapshot.add(fmt::format("document {}", job.id.value),
                     [&] { return read_document(site, site.root, job.id); });
    }
    // The tree must be that of the events, and go on with those that reading made.
    snapshot.add("tree", [&] {
        const auto head = site.audit().head(site.auditor());
        if (site.audit().root(site.auditor(), head.size) != head.root)
            fail(Status::ERR_CORRUPT, "the tree is another's");
        return std::string("ok");
    });
    return snapshot;
}

}  // namespace myqsec::test
