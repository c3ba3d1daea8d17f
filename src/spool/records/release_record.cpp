#include "spool/records/release_record.hpp"

namespace myqsec::spool {

namespace {

UserId unless_removed(const Context& context, UserId user) {
    if (!user) return {};
    try {
        (void)context.access.users.person(user);
        return user;
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        return {};
    }
}

}  // namespace

std::string_view release_outcome_name(ReleaseOutcome outcome) {
    switch (outcome) {
        case ReleaseOutcome::printed:
            return "printed";
        case ReleaseOutcome::failed:
            return "failed";
        case ReleaseOutcome::possibly_printed:
            return "possibly-printed";
    }
    fail(Status::ERR_CORRUPT, "a release's row has an outcome that this version does not know");
}

void record_release(const Context& context, storage::Transaction& transaction, ReleaseRecord release) {
    const bool by_owner = release.person == release.owner;
    release.owner = unless_removed(context, release.owner);
    release.person = by_owner ? release.owner : unless_removed(context, release.person);
    release.ended = context.now();
    store::insert_release(transaction.database(), release);
}

}  // namespace myqsec::spool
