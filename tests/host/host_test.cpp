// What is stored of the host's, beneath the C interface.
#include "host/host.hpp"

#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "base/paging.hpp"
#include "host/host_store.hpp"

using namespace myqsec;
using test::status_of;

namespace {

struct HostFixture : test::AccessFixture {
    HostFixture() : AccessFixture({host::schema()}) {}
    [[nodiscard]] std::string secret(std::string_view name) {
        return std::string(as_text(secrets.get(system, name).view()));
    }
    [[nodiscard]] host::store::SecretRecord record(std::string_view name) {
        return *host::store::find_secret(vault->main(), name);
    }

    host::HostSecrets secrets{*vault, audit(), access.authority};
    host::HostSettings settings_of_host{*vault, audit(), access.authority};
};

}  // namespace

TEST_CASE("a secret that is replaced or removed is gone with its key") {
    HostFixture f;
    f.secrets.set(f.system, "tls.key", as_bytes("first"));
    const auto first = f.record("tls.key");
    f.secrets.set(f.system, "tls.key", as_bytes("second"));
    const auto second = f.record("tls.key");
    CHECK(first.leaf != second.leaf);
    CHECK(f.secret("tls.key") == "second");
    CHECK_FALSE(f.vault->leaf_keys().exists(first.leaf));
    CHECK(f.vault->leaf_keys().has_waiting());  // for the turn that takes it from older copies
    f.secrets.remove(f.system, "tls.key");
    CHECK_FALSE(f.vault->leaf_keys().exists(second.leaf));
    CHECK(status_of([&] { (void)f.secret("tls.key"); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("a secret that was put in another's place does not open") {
    HostFixture f;
    f.secrets.set(f.system, "a", as_bytes("of a"));
    f.secrets.set(f.system, "b", as_bytes("of b"));
    auto moved = f.record("a");
    moved.name = "b";
    host::store::save_secret(f.vault->main(), moved);
    CHECK(status_of([&] { (void)f.secret("b"); }) == Status::ERR_CORRUPT);
    CHECK(f.secret("a") == "of a");
}

TEST_CASE("a secret whose event can't be written is not kept, and the earlier one stays") {
    HostFixture f;
    f.secrets.set(f.system, "a", as_bytes("first"));
    {
        storage::Transaction doomed(f.vault->main());
        f.secrets.set(f.system, "a", as_bytes("second"));
    }
    CHECK(f.secret("a") == "first");
    CHECK(f.count(audit::Action::host_secret_changed) == 1);
}

TEST_CASE("there are so many secrets and settings, and no more") {
    HostFixture f;
    {
        storage::Transaction transaction(f.vault->main());
        for (std::int64_t i = 0; i < host::most_secrets; ++i)
            host::store::save_secret(f.vault->main(), {0, fmt::format("s{}", i), LeafId(1), {}, {}});
        for (std::int64_t i = 0; i < host::most_host_settings; ++i)
            host::store::save_setting(f.vault->main(), {0, fmt::format("s{}", i), "", {}});
        transaction.commit();
    }
    CHECK(status_of([&] { f.secrets.set(f.system, "more", as_bytes("x")); }) == Status::ERR_LIMIT);
    CHECK(status_of([&] { f.settings_of_host.set(f.system, "more", "x"); }) == Status::ERR_LIMIT);
    f.settings_of_host.set(f.system, "s1", "x");
    CHECK(f.settings_of_host.get(f.system, "s1").value == "x");
}

TEST_CASE("what belongs to the host is listed by key, at no cost of what is before a page") {
    HostFixture f;
    const std::vector<std::string> tables{"host_secret", "host_setting", "notification", "notification_text"};
    test::check_plans(f.vault->main(), host::store::host_list_statements(), tables);
    test::check_plans(f.vault->main(), host::store::notification_list_statements(), tables);
    for (const auto* name : {"a", "b", "c"})
        f.settings_of_host.set(f.system, name, "x");
    const auto page = f.settings_of_host.list(f.system, {.limit = 2});
    CHECK(page.size() == 2);
    CHECK(f.settings_of_host.list(f.system, {.after = page.more, .limit = 2}).size() == 1);
    CHECK(f.settings_of_host.list(f.system, {.limit = 1, .descending = true}).front().name == "c");
}
