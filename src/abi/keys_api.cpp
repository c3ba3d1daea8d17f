// myqsec/keys.h.
#include "abi/machinery/session.hpp"
#include "myqsec/keys.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column status_columns[] = {
    {"root", MYQSEC_COLUMN_TEXT},
    {"epoch", MYQSEC_COLUMN_INTEGER},
    {"keys", MYQSEC_COLUMN_INTEGER},
    {"waiting", MYQSEC_COLUMN_INTEGER},
    {"waiting_since", MYQSEC_COLUMN_INSTANT},
    {"lookup_waiting", MYQSEC_COLUMN_INTEGER},
    {"lookup_waiting_since", MYQSEC_COLUMN_INSTANT},
};

std::string_view root_name(std::uint8_t kind) {
    switch (kind) {
        case MYQSEC_ROOT_PASSPHRASE:
            return "passphrase";
        case MYQSEC_ROOT_KEY_FILE:
            return "key-file";
        case MYQSEC_ROOT_CALLBACK:
            return "callback";
        case MYQSEC_ROOT_PKCS11:
            return "pkcs11";
        case MYQSEC_ROOT_TPM:
            return "tpm";
        default:
            return "unknown";
    }
}

void append(Session& session, storage::Transaction& transaction, const audit::Actor& actor,
            std::string_view key, std::string from, std::string to) {
    session.engine.audit.append(transaction, {.action = audit::Action::key_rotated,
                                              .actor = actor,
                                              .object = audit::Object::instance(),
                                              .changes = {{std::string(key), std::move(from), std::move(to)}},
                                              .personal = {}});
}

/// Turns the tree, with every node or with those that lost a key.
void turn(Session& session, bool every_node) {
    const auto proof = authorise(session, access::Right::key_manage);
    auto& keys = session.engine.vault.leaf_keys();
    storage::Transaction transaction(session.engine.vault.main());
    const auto before = keys.status();
    if (every_node) keys.mark_all(transaction);
    append(session, transaction, proof.actor(), every_node ? "tree" : "tree-root",
           std::to_string(before.epoch), std::to_string(before.epoch + 1));
    keys.commit_erased(transaction);
}

}  // namespace

myqsec_status myqsec_keys_status(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        static_cast<void>(authorise(s, access::Right::key_manage));
        const auto status = s.engine.vault.leaf_keys().status();
        const auto lookup = s.engine.access.lookup_rotation.waiting();
        List list(status_columns);
        list.add(root_name(s.engine.vault.keystore().provider_kind()),
                 static_cast<std::int64_t>(status.epoch), status.keys, status.waiting, status.waiting_since,
                 lookup.credentials, lookup.since);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_keys_complete_erasures(myqsec_session* session) {
    return with_session(session, [&](Session& s) { turn(s, false); });
}

myqsec_status myqsec_keys_rotate_tree(myqsec_session* session) {
    return with_session(session, [&](Session& s) { turn(s, true); });
}

myqsec_status myqsec_keys_rotate_lookup(myqsec_session* session) {
    return with_session(session, [&](Session& s) { s.engine.access.lookup_rotation.rotate(s.principal); });
}

myqsec_status myqsec_keys_rotate_database(myqsec_session* session, const char* what) {
    return with_session(session, [&](Session& s) {
        const auto database = instance::database_named(text(what, "what"));
        s.engine.encryption.rotate_key(authorise(s, access::Right::key_manage), database);
    });
}

myqsec_status myqsec_keys_rotate_root(myqsec_session* session, const myqsec_root* root) {
    return with_session(session, [&](Session& s) {
        const auto provider = root_provider(root, Engine::Birth::created);
        const auto proof = authorise(s, access::Right::key_manage);
        auto& vault = s.engine.vault;
        const auto before = root_name(vault.keystore().provider_kind());
        vault.keystore().change_root(*provider);
        // Should the machine stop here, the next opening finds another root than the database knows of.
        try {
            storage::Transaction transaction(vault.main());
            static_cast<void>(vault.leaf_keys().record_root(transaction));
            append(s, transaction, proof.actor(), "root", std::string(before),
                   std::string(root_name(vault.keystore().provider_kind())));
            transaction.commit();
        } catch (const std::exception& failure) {
            fail(Status::ERR_INCOMPLETE,
                 "the new root secret is in force and the one before opens nothing any more, but the audit "
                 "log does not say so yet, because {}; the next opening records it",
                 sentence_of(failure));
        }
    });
}
