// Importing and exporting people (myqsec/people.h).
#include "abi/machinery/session.hpp"
#include "abi/machinery/streams.hpp"
#include "myqsec/people.h"
#ifdef MYQSEC_WITH_PEOPLE
#include "people/export.hpp"
#include "people/import.hpp"
#endif

using namespace myqsec;
using namespace myqsec::abi;

#ifndef MYQSEC_WITH_PEOPLE

namespace {

[[noreturn]] void fail_without_people() {
    fail(Status::ERR_NOT_BUILT_IN,
         "this build of the library imports and exports no people: build it with -DMYQSEC_WITH_PEOPLE=ON");
}

}  // namespace

myqsec_status myqsec_people_import(myqsec_session* session, const myqsec_people_source* /*source*/,
                                   const myqsec_people_import_options* /*options*/,
                                   myqsec_people_counts* /*counts*/) {
    return with_session(session, [](Session&) { fail_without_people(); });
}

myqsec_status myqsec_people_export(myqsec_session* session, const myqsec_people_export_options* /*options*/,
                                   myqsec_write_function /*write*/, void* /*context*/) {
    return with_session(session, [](Session&) { fail_without_people(); });
}

#else

namespace {

std::optional<char> separator_of(std::uint32_t separator) {
    if (separator == 0) return std::nullopt;
    if (separator != ',' && separator != ';' && separator != '\t') {
        fail(Status::ERR_INVALID_ARGUMENT,
             "options.separator must be ',', ';' or a tab, or 0 for what the first line shows");
    }
    return static_cast<char>(separator);
}

people::ColumnMap map_of(std::uint32_t map) {
    if (map > MYQSEC_PEOPLE_PAPERCUT) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "options.map must be 0, 1 (our own columns), 2 (MyQ's) or 3 (PaperCut's)");
    }
    return map == 0 ? people::ColumnMap::own : static_cast<people::ColumnMap>(map);
}

people::ImportOptions options_of(const myqsec_people_import_options& given) {
    check_reserved(given.reserved == 0, "options");
    people::ImportOptions out;
    out.columns.map = map_of(given.map);
    out.separator = separator_of(given.separator);
    out.dry_run = yes_or_no(given.dry_run, "options.dry_run");
    out.columns.header = !yes_or_no(given.no_header, "options.no_header");
    out.columns.ignore_unknown = yes_or_no(given.ignore_unknown, "options.ignore_unknown");
    out.columns.clear_empty = yes_or_no(given.clear_empty, "options.clear_empty");
    return out;
}

people::Source source_of(const myqsec_people_source* given, bool dry_run) {
    const auto source = read_struct(given, "source");
    check_reserved(source.reserved == 0, "source");
    if (!source.read) fail_null("source.read");
    if (!source.rewind && !dry_run) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "source.rewind may be NULL for a dry run only: the file is checked as a whole, and then read "
             "again");
    }
    return {reading(source.read, source.context), [source] {
                const CallbackScope scope;
                const int failed = scope.call(source.rewind, source.context);
                if (failed != 0) fail(Status::ERR_CALLBACK, "the host's rewind function returned {}", failed);
            }};
}

void tell(const myqsec_people_import_options& options, const people::ImportError& error) {
    if (!options.error) return;
    const std::string column(error.column);
    const std::string message(error.sentence);
    const myqsec_people_error told{sizeof(myqsec_people_error), static_cast<std::int32_t>(error.status),
                                   error.line, column.c_str(), message.c_str()};
    const CallbackScope scope;
    const int failed = scope.call(options.error, options.error_context, &told);
    if (failed != 0) fail(Status::ERR_CALLBACK, "the host's error function returned {}", failed);
}

void fill(myqsec_people_counts& out, const people::ImportCounts& counts) {
    out.rows = counts.rows;
    out.errors = counts.errors;
    out.created = counts.created;
    out.changed = counts.changed;
    out.unchanged = counts.unchanged;
    out.groups_created = counts.groups_created;
    out.members_added = counts.members_added;
    out.members_removed = counts.members_removed;
    out.cards_added = counts.cards_added;
    out.cards_removed = counts.cards_removed;
}

/// Writes them whatever happens.
class CountsOutput {
 public:
    explicit CountsOutput(myqsec_people_counts* out) : out_(out) {
        if (!out) return;
        static_cast<void>(read_struct(out, "counts"));
        fill(*out, {});
    }
    CountsOutput(const CountsOutput&) = delete;
    CountsOutput& operator=(const CountsOutput&) = delete;
    ~CountsOutput() {
        if (out_) fill(*out_, counts);
    }
    people::ImportCounts counts;

 private:
    myqsec_people_counts* out_;
};

people::ImportParts parts_of(Session& session) {
    return {session.engine.access, session.engine.vault, session.engine.audit};
}

}  // namespace

myqsec_status myqsec_people_import(myqsec_session* session, const myqsec_people_source* source,
                                   const myqsec_people_import_options* options,
                                   myqsec_people_counts* counts) {
    return with_session(session, [&](Session& s) {
        CountsOutput out(counts);
        const myqsec_people_import_options initial = MYQSEC_PEOPLE_IMPORT_OPTIONS_INIT;
        const auto given = read_struct_or(options, initial, "options");
        const auto parsed = options_of(given);
        people::import_people(
            parts_of(s), s.principal, parsed, source_of(source, parsed.dry_run),
            [&](const people::ImportError& error) { tell(given, error); }, out.counts);
    });
}

myqsec_status myqsec_people_export(myqsec_session* session, const myqsec_people_export_options* options,
                                   myqsec_write_function write, void* context) {
    return with_session(session, [&](Session& s) {
        const myqsec_people_export_options initial = MYQSEC_PEOPLE_EXPORT_OPTIONS_INIT;
        const auto given = read_struct_or(options, initial, "options");
        people::ExportOptions parsed;
        parsed.separator = separator_of(given.separator).value_or(',');
        parsed.mark = yes_or_no(given.bom, "options.bom");
        parsed.numbers = yes_or_no(given.ids, "options.ids");
        if (!write) fail_null("write");
        people::export_people(parts_of(s), s.principal, parsed, writing(write, context));
    });
}

#endif
