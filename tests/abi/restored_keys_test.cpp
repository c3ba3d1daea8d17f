// The key tree of a restored instance, looked at beneath the C ABI: whoever has the backup and its key has
// every key of before, so none of them may seal what comes.
#include <set>

#include <doctest/doctest.h>
#include <myqsec/myqsec.h>

#include "base/clock.hpp"
#include "base/temporary_folder.hpp"
#include "storage/backup.hpp"

using namespace myqsec;

namespace {

/// How the nodes lie in the files.
std::set<Bytes> sealed_nodes(const std::string& directory, crypto::RootProvider& root) {
    std::set<Bytes> out;
    const SystemClock clock;
    storage::Vault vault(open_folder(directory, false), root, clock);
    auto rows = vault.main().query("SELECT sealed FROM key_node");
    while (rows.next())
        out.emplace(rows.blob(0).begin(), rows.blob(0).end());
    return out;
}

}  // namespace

TEST_CASE("each node of a restored instance's key tree is sealed anew") {
    const test::TemporaryFolder folder;
    const auto at = [&](const char* name) { return folder.path() + "/" + name; };
    const Bytes secret(32, 7);
    myqsec_root root = MYQSEC_ROOT_INIT;
    root.kind = MYQSEC_ROOT_KEY_FILE;
    root.secret = secret.data();
    root.secret_length = secret.size();
    myqsec_engine* engine = nullptr;
    REQUIRE(myqsec_create(at("instance").c_str(), &root, nullptr, &engine) == MYQSEC_OK);
    myqsec_session* system = nullptr;
    REQUIRE(myqsec_system_session(engine, &system) == MYQSEC_OK);
    myqsec_user_fields admin = MYQSEC_USER_FIELDS_INIT;
    admin.user_name = "admin";
    std::int64_t id = 0;
    char password[64];
    std::size_t password_length = sizeof password;
    REQUIRE(myqsec_first_administrator(system, &admin, &id, password, &password_length) == MYQSEC_OK);
    myqsec_session* session = nullptr;
    REQUIRE(myqsec_login(system, "admin", password, nullptr, &session) == MYQSEC_OK);
    for (int i = 0; i < 70; ++i) {  // a tree of two levels
        myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
        const auto name = "user" + std::to_string(i);
        fields.user_name = name.c_str();
        REQUIRE(myqsec_user_create(session, &fields, &id) == MYQSEC_OK);
    }
    REQUIRE(myqsec_backup_create(session, at("backup").c_str(), nullptr, nullptr) == MYQSEC_OK);
    char key[MYQSEC_BACKUP_KEY_MAX];
    std::size_t length = sizeof key;
    REQUIRE(myqsec_backup_key_export(session, 0, key, &length) == MYQSEC_OK);
    myqsec_session_free(session);
    myqsec_session_free(system);
    CHECK(myqsec_close(engine) == MYQSEC_OK);

    const auto provider = crypto::key_file_provider(crypto::Secret(secret));
    storage::restore_backup(*open_folder(at("backup"), false), *open_folder(at("as-it-was"), true),
                            storage::BackupKey::parse(key), *provider, SystemClock().now(), {}, {});
    REQUIRE(myqsec_backup_restore(at("backup").c_str(), at("restored").c_str(), key, &root, nullptr, nullptr,
                                  &engine) == MYQSEC_OK);
    CHECK(myqsec_close(engine) == MYQSEC_OK);
    const auto before = sealed_nodes(at("as-it-was"), *provider);
    const auto after = sealed_nodes(at("restored"), *provider);
    CHECK(before.size() >= 3);
    CHECK(after.size() == before.size());
    for (const auto& node : after)
        CHECK(before.count(node) == 0);
}
