// Exporting the log: as a stream of lines for other programs, or as a bundle for a verifier.
#include <algorithm>

#include "audit/audit_log.hpp"
#include "audit/bundle/bundle_writer.hpp"
#include "audit/event/event_text.hpp"
#include "audit/log/audit_store.hpp"
#include "base/error.hpp"

namespace myqsec::audit {

namespace {

constexpr std::size_t events_at_once = 256;
constexpr std::size_t buffer_size = std::size_t{64} * 1024;

std::string_view format_name(ExportFormat format) {
    return format == ExportFormat::json_lines ? "jsonl" : "syslog";
}

}  // namespace

void AuditLog::record_export(const Actor& actor, std::string_view format, std::int64_t from) {
    storage::Transaction transaction(vault_.main());
    append(transaction, {.action = Action::audit_exported,
                         .actor = actor,
                         .object = Object::instance(),
                         .changes = {{"format", "", std::string(format)}, {"from", "", std::to_string(from)}},
                         .personal = {}});
    transaction.commit();
}

std::int64_t AuditLog::export_lines(const Authorised& proof, const LineExport& what, const Write& write) {
    proof.require("audit.read");
    auto next = std::max(what.from, first());
    if (list(proof, {}, {.after = next - 1, .limit = 1}).empty()) return next;
    // Its own event is the last that it exports, so that who goes on from there finds nothing new.
    record_export(proof.actor(), format_name(what.format), next);
    const auto last = tree().size();
    const auto line = what.format == ExportFormat::json_lines ? json_line : syslog_line;
    while (next <= last) {
        const auto events =
            list(proof, {},
                 {.after = next - 1,
                  .limit = std::min(events_at_once, static_cast<std::size_t>(last - next + 1))});
        if (events.empty() || events.front().sequence != next) {
            fail(Status::ERR_NOT_POSSIBLE,
                 "events from {} on were pruned while they were exported; go on at {}", next, first());
        }
        std::string buffer;
        for (std::size_t i = 0; i < events.size(); ++i) {
            buffer += line(events[i], what.text);
            if (buffer.size() < buffer_size && i + 1 < events.size()) continue;
            write(as_bytes(buffer));
            next = events[i].sequence + 1;
            if (what.delivered) what.delivered(next);
            buffer.clear();
        }
    }
    return next;
}

void AuditLog::export_bundle(const Authorised& proof, const Write& write) {
    proof.require("audit.read");
    record_export(proof.actor(), "bundle", first());
    drain();
    std::optional<SignedCheckpoint> newest;
    std::int64_t from = 0;
    {
        storage::Transaction transaction(vault_.log());
        newest = keep_newest_checkpoint();
        from = store::load_tree(vault_.log()).first;
        transaction.commit();
    }
    write_bundle(vault_, signer_, *newest, from, write);
}

std::int64_t AuditLog::first() {
    return store::load_tree(vault_.log()).first;
}

}  // namespace myqsec::audit
