// The proofs of myqsec/audit.h.
#include "abi/machinery/session.hpp"
#include "myqsec/audit.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column checkpoint_columns[] = {{"size", MYQSEC_COLUMN_INTEGER},
                                         {"root_hash", MYQSEC_COLUMN_BYTES},
                                         {"epoch", MYQSEC_COLUMN_INTEGER},
                                         {"note", MYQSEC_COLUMN_TEXT}};
constexpr Column epoch_columns[] = {{"epoch", MYQSEC_COLUMN_INTEGER},
                                    {"key", MYQSEC_COLUMN_TEXT},
                                    {"began", MYQSEC_COLUMN_INSTANT},
                                    {"behind", MYQSEC_COLUMN_INTEGER}};
constexpr Column proof_columns[] = {{"hash", MYQSEC_COLUMN_BYTES}};

/// 0 is all events.
std::int64_t tree_size(Session& session, const Authorised& proof, std::int64_t size, const char* name) {
    if (size < 0) fail(Status::ERR_INVALID_ARGUMENT, "{} must be a number of events, or 0 for all", name);
    return size == 0 ? session.engine.audit.head(proof).size : size;
}

myqsec_list* list_of(const audit::Proof& proof) {
    List list(proof_columns);
    for (const auto& hash : proof)
        list.add(hash);
    return new_list(std::move(list));
}

}  // namespace

myqsec_status myqsec_audit_checkpoint(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto proof = authorise(s, access::Right::audit_read);
        const auto newest = s.engine.audit.checkpoint(proof);
        List list(checkpoint_columns);
        list.add(newest.checkpoint.size, newest.checkpoint.root, std::int64_t{newest.checkpoint.epoch},
                 newest.note.encode());
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_audit_keys(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto proof = authorise(s, access::Right::audit_read);
        List list(epoch_columns);
        for (const auto& [key, epoch] : s.engine.audit.keys(proof))
            list.add(std::int64_t{epoch.epoch}, key.text(), epoch.began, epoch.behind);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_audit_inclusion(myqsec_session* session, int64_t sequence, int64_t size,
                                     myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto proof = authorise(s, access::Right::audit_read);
        handle = list_of(s.engine.audit.inclusion(proof, sequence, tree_size(s, proof, size, "size")));
    });
}

myqsec_status myqsec_audit_consistency(myqsec_session* session, int64_t older, int64_t newer,
                                       myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto proof = authorise(s, access::Right::audit_read);
        handle = list_of(s.engine.audit.consistency(proof, older, tree_size(s, proof, newer, "newer")));
    });
}

myqsec_status myqsec_audit_rotate_key(myqsec_session* session) {
    return with_session(
        session, [](Session& s) { s.engine.audit.rotate_key(authorise(s, access::Right::key_manage)); });
}
