#include "audit/audit_log.hpp"

#include <map>
#include <optional>
#include <utility>

#include "audit/event/event_format.hpp"
#include "audit/log/audit_store.hpp"
#include "audit/log/event_index_store.hpp"
#include "audit/log/log_writer.hpp"
#include "audit/tree/merkle.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/keys/personal_field.hpp"

namespace myqsec::audit {

namespace {

// Bounds memory and the time that a drain holds the databases.
constexpr std::size_t drain_batch = 2048;
constexpr std::size_t largest_row = 1024;

/// Whether this thread has appended an event, to whatever log, since it last looked whether a move is due.
constinit thread_local bool appended = false;

/// Names the place that a sealed value belongs to, so that none can be moved to another event.
std::string place_of(std::int64_t sequence, std::size_t index, const std::string& field) {
    return fmt::format("audit.{}:{}.{}", field, sequence, index);
}

}  // namespace

AuditLog::AuditLog(storage::Vault& vault) : vault_(vault), signer_(vault) {}

void AuditLog::append(storage::Transaction& transaction, const Event& event, const PersonKey& known) {
    if (pending_.empty()) {
        next_sequence_ = store::next_sequence(transaction.database());
        transaction.at_end([this] { flush_pending(); }, [this] { pending_.clear(); });
    }
    CanonicalEvent canonical{next_sequence_, vault_.clock().now(), event.action,  event.actor,
                             event.object,   event.result,         event.changes, {}};
    std::vector<SealedPersonal> sealed;
    crypto::Secret found;
    auto last = known;
    for (const auto& value : event.personal) {
        if (last.key == nullptr || last.person != value.person) {
            found = vault_.leaf_keys().get(value.person);
            last = {value.person, &found};
        }
        const auto place = place_of(canonical.sequence, sealed.size(), value.field);
        auto& one = sealed.emplace_back();
        one.salt = crypto::random_array<16>();
        one.sealed = storage::seal_field(*last.key, place, value.text);
        canonical.personal.push_back({value.person, value.field, commit_to(one)});
    }
    pending_.push_back({canonical.sequence, encode_event(canonical), encode_personal(sealed)});
    ++next_sequence_;
    ++waiting_;
    appended = true;
    appended_hook_(event);
}

// In one row, which costs a fraction of what one row each does.
void AuditLog::flush_pending() {
    for (auto rest = std::span<const store::Record>(pending_); !rest.empty();) {
        const auto row = rest.first(std::min(rest.size(), largest_row));
        store::insert_outbox(vault_.main(), row);
        rest = rest.subspan(row.size());
    }
    pending_.clear();
}

// Others go on meanwhile, and what they add is left to who comes next: or one caller would move for all, for
// ever.
void AuditLog::drain() {
    const std::lock_guard draining(draining_);
    const auto last = store::next_sequence(vault_.main()) - 1;
    std::optional<std::int64_t> moved;
    do {
        moved = move_batch();
    } while (moved && *moved < last);
}

// Who only reads waits for no disk.
void AuditLog::drain_if_due() {
    if (!std::exchange(appended, false) || waiting_ < drain_threshold) return;
    const std::unique_lock draining(draining_, std::try_to_lock);
    if (draining) static_cast<void>(move_batch());
}

std::optional<std::int64_t> AuditLog::move_batch() {
    auto& main = vault_.main();
    auto& log = vault_.log();
    waiting_ = 0;
    auto waiting = store::outbox_from(main, 0, drain_batch);
    if (waiting.empty()) return std::nullopt;
    main.wait_durable();  // an event must not outlive its fact
    storage::Transaction to(log);
    LogWriter writer(log, signer_);
    const auto last = waiting.back().sequence;
    for (auto& record : waiting)
        writer.add(std::move(record));
    writer.finish();
    to.commit();
    storage::Transaction from(main);
    store::delete_outbox_to(main, last);
    from.commit_unsynced();  // if a crash brings them back, they are found to have moved
    return last;
}

namespace {

std::optional<std::string> open_personal(storage::LeafKeys& keys, LeafId person, const std::string& place,
                                         ByteView sealed) {
    if (!keys.exists(person)) return std::nullopt;
    return storage::open_field(keys.get(person), place, sealed);
}

StoredEvent read_event(storage::LeafKeys& keys, const store::Record& record) {
    auto canonical = decode_event(record.event);
    const auto sealed = decode_personal(record.personal);
    if (canonical.sequence != record.sequence || sealed.size() != canonical.personal.size()) {
        fail(Status::ERR_CORRUPT, "audit event {} does not match its row", record.sequence);
    }
    StoredEvent event{canonical.sequence,
                      canonical.time,
                      canonical.action,
                      canonical.actor,
                      canonical.object,
                      canonical.result,
                      std::move(canonical.changes),
                      {},
                      leaf_hash(record.event)};
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        const auto& personal = canonical.personal[i];
        if (commit_to(sealed[i]) != personal.commitment) {
            fail(Status::ERR_CORRUPT, "a personal value of audit event {} does not match its commitment",
                 record.sequence);
        }
        const auto place = place_of(record.sequence, i, personal.field);
        event.personal.push_back(
            {personal.person, personal.field, open_personal(keys, personal.person, place, sealed[i].sealed)});
    }
    return event;
}

}  // namespace

Paged<StoredEvent> AuditLog::list(const Authorised& proof, const EventFilter& filter, const Page& page) {
    proof.require("audit.read");
    const auto rows = static_cast<std::size_t>(page.rows());
    std::map<std::int64_t, store::Record> found;
    const auto add = [&](std::vector<store::Record>&& records) {
        for (auto& record : records) {
            if (page.goes_beyond(record.sequence) && filter.takes(record.event))
                found.emplace(record.sequence, std::move(record));
        }
    };
    // Later events lie in the outbox: with a page full of earlier ones it is not looked at.
    if (!page.descending) add(store::find_events(vault_.log(), filter, page));
    if (found.size() < rows) {
        // The outbox first: what moves in between is then found in the log.
        add(store::outbox_from(vault_.main(), page.descending ? 0 : page.edge() + 1, SIZE_MAX));
        if (found.size() < rows || !page.descending) add(store::find_events(vault_.log(), filter, page));
    }
    std::vector<StoredEvent> events;
    const auto read = [&](auto at, auto end) {
        for (; at != end && events.size() < rows; ++at)
            events.push_back(read_event(vault_.leaf_keys(), at->second));
    };
    page.descending ? read(found.rbegin(), found.rend()) : read(found.begin(), found.end());
    return page_of(std::move(events), page, [](const StoredEvent& event) { return event.sequence; });
}

store::TreeState AuditLog::tree() {
    drain();
    return store::load_tree(vault_.log());
}

TreeHead AuditLog::head(const Authorised& proof) {
    proof.require("audit.read");
    const auto all = tree();
    return {all.size(), all.range.root()};
}

}  // namespace myqsec::audit
