// A change of key and a pruning, cut off at every single call of the disk.
#include <array>
#include <functional>

#include <doctest/doctest.h>

#include "audit/audit_log.hpp"
#include "audit/bundle/bundle_verifier.hpp"
#include "audit/log/tree_store.hpp"
#include "audit/stand_in_authority.hpp"
#include "base/fault_folder.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

constexpr auto year = std::chrono::hours(24 * 365);

struct Instance {
    test::TemporaryFolder folder;
    std::unique_ptr<crypto::RootProvider> root = test::key_file_root();
    test::ManualClock clock;
    std::optional<NoteKey> key;

    Instance() { storage::Vault::create(*folder.open(), *root); }

    void open(std::unique_ptr<Folder> home, const std::function<void(storage::Vault&, AuditLog&)>& use) {
        storage::Vault vault(std::move(home), *root, clock);
        vault.migrate(std::array{main_schema()}, std::array{log_schema()});
        AuditLog log(vault);
        log.recover();
        use(vault, log);
    }
    static void record(storage::Vault& vault, AuditLog& log, int events) {
        storage::Transaction transaction(vault.main());
        for (int i = 1; i <= events; ++i)
            log.append(transaction, {Action::job_held, Actor::system(), JobId(i), Result::ok, {}, {}});
        transaction.commit();
    }

    /// Does `work` on a disk that fails for good at its n-th call, as if the process died there. False if
    /// there are not that many.
    bool cut_off(std::uint64_t n, const std::function<void(AuditLog&)>& work) {
        const auto plan = std::make_shared<test::FaultPlan>();
        plan->for_good = true;
        open(std::make_unique<test::FaultFolder>(folder.open(), plan),
             [&](storage::Vault& vault, AuditLog& log) {
                 key = log.keys(test::auditor).front().key;
                 record(vault, log, 600);
                 log.drain();
                 clock.advance(year + std::chrono::hours(1));
                 record(vault, log, 1);
                 plan->calls = 0;
                 plan->fail_at = n;
                 try {
                     work(log);
                 } catch (const Error&) {
                 }
             });
        return plan->struck();
    }

    /// What the next opening makes of it.
    void check() {
        open(folder.open(), [&](storage::Vault& vault, AuditLog& log) {
            record(vault, log, 3);
            Bytes bundle;
            log.export_bundle(test::auditor,
                              [&](ByteView some) { bundle.insert(bundle.end(), some.begin(), some.end()); });
            const auto verdict = verify_bundle(bundle, *key, {});
            CHECK_MESSAGE(verdict.valid, verdict.wrong_event, ": ", verdict.reason);
            CHECK(vault.keystore().keys().versions(storage::KeyPurpose::audit_signing) ==
                  std::vector{verdict.epoch});
            CHECK(log.keys(test::auditor).size() == verdict.epoch);
            const auto first = store::load_tree(vault.log()).first;
            CHECK((first == 1 || first == 513));
        });
    }
};

void cut_off_everywhere(const std::function<void(AuditLog&)>& work) {
    bool struck = true;
    for (std::uint64_t n = 1; struck; ++n) {
        Instance instance;
        struck = instance.cut_off(n, work);
        CAPTURE(n);
        instance.check();
        CHECK((struck || n > 4));
    }
}

}  // namespace

TEST_CASE(
    "a change of key that is cut off anywhere is finished or undone at the next opening, and the log "
    "verifies") {
    cut_off_everywhere([](AuditLog& log) { log.rotate_key(test::key_manager); });
}

TEST_CASE(
    "a pruning that is cut off anywhere is finished or undone at the next opening, and the log verifies") {
    cut_off_everywhere([](AuditLog& log) { log.prune(test::ticker, year); });
}
