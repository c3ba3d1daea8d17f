// myqsec/audit_export.h.
#include <algorithm>

#include "abi/machinery/session.hpp"
#include "abi/machinery/streams.hpp"
#include "audit/bundle/bundle_verifier.hpp"
#include "crypto/self_test/self_test.hpp"
#include "myqsec/audit_export.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr std::size_t longest_host_name = 255;  // RFC 5424 §6

struct ExportOptions {
    std::uint32_t format = 0;
    audit::LineExport lines;
};

std::string host_name(const char* given) {
    const auto name = text_or_empty(given, "options.host_name");
    const bool printable = std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F'; });
    if (name.size() > longest_host_name || !printable) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "options.host_name must be at most {} printable ASCII characters without spaces",
             longest_host_name);
    }
    return name.empty() ? "-" : std::string(name);
}

ExportOptions options_of(const myqsec_audit_export_options* given) {
    const myqsec_audit_export_options initial = MYQSEC_AUDIT_EXPORT_OPTIONS_INIT;
    auto options = read_struct_or(given, initial, "options");
    if (options.from == 0) options.from = 1;
    check_reserved(options.reserved == 0, "options");
    if (options.format < MYQSEC_AUDIT_JSON_LINES || options.format > MYQSEC_AUDIT_BUNDLE)
        fail(Status::ERR_INVALID_ARGUMENT, "options.format {} is none of myqsec_audit_format",
             options.format);
    if (options.from < 1)
        fail(Status::ERR_INVALID_ARGUMENT, "options.from must be a sequence number, or 0 for the first");
    const bool personal = yes_or_no(options.personal, "options.personal");
    if (options.format == MYQSEC_AUDIT_BUNDLE && (options.from != 1 || personal)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a bundle holds all events, with their personal values sealed: options.from must be 1 and "
             "options.personal 0");
    }
    ExportOptions out{options.format, {}};
    out.lines.format =
        options.format == MYQSEC_AUDIT_SYSLOG ? audit::ExportFormat::syslog : audit::ExportFormat::json_lines;
    out.lines.from = options.from;
    out.lines.text.personal = personal;
    out.lines.text.host_name = host_name(options.host_name);
    return out;
}

void fill(myqsec_audit_verdict& out, const audit::Verdict& verdict) {
    out.epoch = verdict.epoch;
    out.first = verdict.first;
    out.size = verdict.size;
    out.proven = verdict.proven;
    out.wrong_event = verdict.wrong_event;
    out.sealed_values = verdict.sealed_values;
    out.erased_values = verdict.erased_values;
    std::ranges::copy(verdict.root, std::begin(out.root_hash));
}

}  // namespace

myqsec_status myqsec_audit_export(myqsec_session* session, const myqsec_audit_export_options* options,
                                  myqsec_write_function write, void* context, int64_t* next) {
    if (next) *next = 1;
    return with_session(session, [&](Session& s) {
        auto given = options_of(options);
        if (!write) fail_null("write");
        if (next) *next = given.lines.from;
        const auto proof = authorise(s, access::Right::audit_read);
        const auto to = writing(write, context);
        if (given.format == MYQSEC_AUDIT_BUNDLE) return s.engine.audit.export_bundle(proof, to);
        given.lines.text.enterprise_number =
            s.engine.settings.integer(settings::Setting::audit_enterprise_number);
        given.lines.delivered = [&](std::int64_t from) {
            if (next) *next = from;
        };
        const auto behind = s.engine.audit.export_lines(proof, given.lines, to);
        if (next) *next = behind;
    });
}

myqsec_status myqsec_audit_verify(myqsec_read_function read, void* context, const char* first_key,
                                  const char* known, myqsec_audit_verdict* verdict) {
    return guard([&] {
        static_cast<void>(read_struct(verdict, "verdict"));
        fill(*verdict, {});
        if (!read) fail_null("read");
        const auto key = audit::NoteKey::parse(text(first_key, "first_key"));
        if (!key) {
            fail(
                Status::ERR_INVALID_ARGUMENT,
                "first_key is no key of an audit log: one looks like name+hash+base64, as 'myqsec audit key' "
                "prints it");
        }
        std::vector<audit::Checkpoint> checkpoints;
        if (known) checkpoints = audit::parse_checkpoints(long_text(known, "known"));
        crypto::self_test();
        const auto found = audit::verify_bundle(reading(read, context), *key, std::move(checkpoints));
        fill(*verdict, found);
        if (!found.valid) fail(Status::ERR_TAMPERED, "event {}: {}", found.wrong_event, found.reason);
    });
}
