// The layers' domains as an instance sees them: each is the layer's own, with what Domain asks of it.
#pragma once

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "device/devices.hpp"
#include "host/host.hpp"
#include "instance/domain.hpp"
#include "settings/settings.hpp"
#include "spool/spool.hpp"

namespace myqsec::instance {

struct AuditDomain final : Domain, audit::AuditLog {
    using AuditLog::AuditLog;
    using AuditLog::recover;
    static Schemas schemas() { return {.main = {audit::main_schema()}, .log = {audit::log_schema()}}; }
    /// Instance::recover has done it, with the events of the opening.
    Findings recover() override { return {}; }
};

struct SettingsDomain final : Domain, settings::Settings {
    using Settings::Settings;
    static Schemas schemas() { return {.main = {settings::schema()}}; }
};

struct AccessDomain final : Domain, access::Access {
    using Access::Access;
    static Schemas schemas() { return {.main = {access::schema()}}; }
    Findings recover() override {
        locks.keep_time();
        return {};
    }
    Instant tick(const access::Principal& /*principal*/) override {
        return std::min(recovery.finish_due(), refusals.tick());
    }
};

struct SpoolDomain final : Domain, spool::Spool {
    using Spool::Spool;
    static Schemas schemas() { return {.main = {spool::schema()}}; }
    // cppcheck-suppress duplInheritedMember  // on purpose: the list of domains asks each for its own
    static constexpr std::string_view blob_folder = spool::documents_folder;
    Findings recover() override { return jobs.recover(); }
    Instant tick(const access::Principal& principal) override {
        return std::min(jobs.tick(principal), delegations.tick());
    }
    /// A job's expiry.
    [[nodiscard]] Duration soonest() override { return queues.shortest_retention(); }
    Findings take_findings() override { return jobs.take_findings(); }
    void forget_person(storage::Transaction& transaction, UserId person) override {
        forget_user(transaction, person);
    }
};

struct DeviceDomain final : Domain, device::Devices {
    using Devices::Devices;
    static Schemas schemas() { return {.main = {device::schema()}}; }
    Findings recover() override {
        Devices::recover();
        return {};
    }
    Instant tick(const access::Principal& principal) override { return Devices::tick(principal); }
    /// A session's end, whose memory is to be cleared.
    [[nodiscard]] Duration soonest() override { return shortest_session(); }
};

struct HostDomain final : Domain, host::Host {
    HostDomain(const settings::Settings& of, spool::Spool& spool)
        : Host(spool), settings_of_instance_(of), jobs_(spool.jobs) {}
    static Schemas schemas() { return {.main = {host::schema()}}; }
    Instant tick(const access::Principal& principal) override;
    void forget_person(storage::Transaction& transaction, UserId person) override {
        notifications.forget_user(transaction, person);
    }

 private:
    const settings::Settings& settings_of_instance_;
    const spool::Jobs& jobs_;
};

}  // namespace myqsec::instance
