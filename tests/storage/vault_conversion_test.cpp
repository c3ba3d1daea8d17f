// A vault's databases change their form and their keys in ticks, across closing and crashes.
#include <doctest/doctest.h>

#include "storage/database_fixture.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;

namespace {

void wish(Vault& vault, DatabaseRole role, bool encrypted) {
    Transaction transaction(vault.main());
    vault.request_encryption(transaction, role, encrypted);
    transaction.commit();
}

void finish(Vault& vault) {
    while (vault.tick_conversions(2)) {
    }
}

std::optional<DatabaseForm> news(Vault& vault, DatabaseRole role) {
    if (!vault.has_finished_conversion(role)) return std::nullopt;
    Transaction transaction(vault.main());
    const auto out = vault.take_finished_conversion(transaction, role);
    transaction.commit();
    return out;
}

void fill(Vault& vault) {
    vault.main().execute("CREATE TABLE t (text TEXT)");
    for (int i = 0; i < 30; ++i)
        vault.main().run("INSERT INTO t VALUES ($1)", "MARKER" + std::string(900, 'x'));
}

bool main_shows_marker(const test::VaultFixture& fixture) {
    return as_text(test::read_raw(fixture.temporary.path() + "/main.db")).find("MARKER") !=
           std::string_view::npos;
}

}  // namespace

TEST_CASE("a wish is converted in ticks, also after the vault was closed in the middle, and told once") {
    test::VaultFixture fixture;
    fill(*fixture.vault);
    CHECK_FALSE(fixture.vault->tick_conversions(2));
    wish(*fixture.vault, DatabaseRole::main, false);
    CHECK(fixture.vault->tick_conversions(2));
    CHECK(fixture.vault->tick_conversions(2));
    CHECK_FALSE(news(*fixture.vault, DatabaseRole::main));
    fixture.close();
    fixture.open();
    CHECK(fixture.vault->conversion(DatabaseRole::main).form.converting);
    finish(*fixture.vault);
    CHECK(fixture.vault->conversion(DatabaseRole::main).settled());
    const auto told = news(*fixture.vault, DatabaseRole::main);
    REQUIRE(told);
    CHECK_FALSE(told->encrypted);
    CHECK_FALSE(news(*fixture.vault, DatabaseRole::main));
    CHECK_FALSE(news(*fixture.vault, DatabaseRole::log));
    CHECK(main_shows_marker(fixture));
    CHECK(fixture.vault->log().form().encrypted);
    wish(*fixture.vault, DatabaseRole::main, true);
    finish(*fixture.vault);
    CHECK(news(*fixture.vault, DatabaseRole::main));
    CHECK_FALSE(main_shows_marker(fixture));
}

TEST_CASE("a database's key is replaced, and the old one leaves the keystore") {
    test::VaultFixture fixture;
    fill(*fixture.vault);
    const std::string old = to_hex(fixture.vault->keystore().key(KeyPurpose::main_database).view());
    CHECK(fixture.vault->rotate_database_key(DatabaseRole::main) == 2);
    CHECK(test::status_of([&] { fixture.vault->rotate_database_key(DatabaseRole::main); }) ==
          Status::ERR_NOT_POSSIBLE);
    CHECK(fixture.vault->tick_conversions(2));
    fixture.close();
    fixture.open();
    finish(*fixture.vault);
    CHECK(fixture.vault->keystore().keys().versions(KeyPurpose::main_database) ==
          std::vector<std::uint32_t>{2});
    CHECK(to_hex(fixture.vault->keystore().key(KeyPurpose::main_database).view()) != old);
    const auto told = news(*fixture.vault, DatabaseRole::main);
    REQUIRE(told);
    CHECK(told->key_version == 2);
    CHECK(fixture.vault->rotate_database_key(DatabaseRole::log) == 2);
    CHECK(fixture.vault->rotate_database_key(DatabaseRole::main) == 3);
    wish(*fixture.vault, DatabaseRole::main, false);
    finish(*fixture.vault);
    CHECK(fixture.vault->main().form().key_version == 3);
    CHECK_FALSE(fixture.vault->main().form().encrypted);
    CHECK(fixture.vault->log().form().key_version == 2);
    fixture.close();
    fixture.open();
    CHECK(test::scalar(fixture.vault->main(), "SELECT count(*) FROM t") == 30);
}
