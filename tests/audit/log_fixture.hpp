// An audit log with what its tests do to it: many events, key changes, bundles.
#pragma once

#include "audit/audit_fixture.hpp"
#include "audit/bundle/bundle_verifier.hpp"
#include "audit/log/audit_store.hpp"
#include "audit/stand_in_authority.hpp"

namespace myqsec::test {

struct LogFixture : AuditFixture {
    [[nodiscard]] Authorised auditor() override { return test::auditor; }
    [[nodiscard]] audit::NoteKey first_key() { return audit().keys(test::auditor).front().key; }
    /// The first event that was not pruned.
    [[nodiscard]] std::int64_t first() { return audit::store::load_tree(vault->log()).first; }
    static audit::Event event(std::int64_t job) {
        return {audit::Action::job_held, audit::Actor::system(), JobId(job),
                audit::Result::ok,       {{"pages", "", "3"}},   {}};
    }
    void record(const audit::Event& event) {
        storage::Transaction transaction(vault->main());
        audit().append(transaction, event);
        transaction.commit();
    }
    /// In one transaction.
    void record(int events) {
        storage::Transaction transaction(vault->main());
        for (int i = 1; i <= events; ++i)
            audit().append(transaction, event(i));
        transaction.commit();
    }
    LeafId person() {
        storage::Transaction transaction(vault->main());
        const auto leaf = vault->leaf_keys().create(transaction, storage::LeafKind::person);
        transaction.commit();
        return leaf;
    }
    void erase(LeafId person) {
        storage::Transaction transaction(vault->main());
        vault->leaf_keys().destroy(transaction, person);
        transaction.commit();
    }
    Bytes bundle() {
        Bytes bytes;
        audit().export_bundle(test::auditor,
                              [&](ByteView some) { bytes.insert(bytes.end(), some.begin(), some.end()); });
        return bytes;
    }
    audit::Verdict verify(ByteView bundle, std::vector<audit::Checkpoint> known = {}) {
        return audit::verify_bundle(bundle, first_key(), std::move(known));
    }
};

}  // namespace myqsec::test
