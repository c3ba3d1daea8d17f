// myqsec/engine.h: creating, opening and closing instances; the system session; tick and clock.

#include "abi/machinery/list.hpp"
#include "abi/machinery/session.hpp"
#include "crypto/self_test/self_test.hpp"
#include "instance/doctor.hpp"

using namespace myqsec;
using namespace myqsec::abi;

myqsec_options abi::engine_options(const myqsec_options* given) {
    const myqsec_options initial = MYQSEC_OPTIONS_INIT;
    const auto options = read_struct_or(given, initial, "options");
    check_reserved(options.reserved == 0, "options");
    constexpr std::uint32_t largest_cache_kib = 1U << 22;
    if (options.cache_kib > largest_cache_kib) {
        fail(Status::ERR_INVALID_ARGUMENT, "options.cache_kib must be at most {}", largest_cache_kib);
    }
    return options;
}

namespace {

/// `make` makes the engine from the folder's path and the root's provider.
template <class Make>
myqsec_status start(const char* directory, const myqsec_root* root, myqsec_engine** out, Engine::Birth birth,
                    Make&& make) {
    return guard([&] {
        auto& handle = output(out, "out");
        const auto path = directory_of(directory, "directory");
        const auto provider = root_provider(root, birth);
        handle = new_handle<myqsec_engine>(make(path, *provider));
    });
}

constexpr Column diagnosis_columns[] = {
    {"code", MYQSEC_COLUMN_TEXT}, {"sentence", MYQSEC_COLUMN_TEXT}, {"advice", MYQSEC_COLUMN_TEXT}};
constexpr Column finding_columns[] = {{"code", MYQSEC_COLUMN_TEXT}, {"sentence", MYQSEC_COLUMN_TEXT}};

}  // namespace

myqsec_status myqsec_create(const char* directory, const myqsec_root* root, const myqsec_options* options,
                            myqsec_engine** out) {
    return start(directory, root, out, Engine::Birth::created,
                 [&](const std::string& path, crypto::RootProvider& provider) {
                     return create_engine(path, provider, password_costs(root), engine_options(options));
                 });
}

myqsec_status myqsec_open(const char* directory, const myqsec_root* root, const myqsec_options* options,
                          myqsec_engine** out) {
    return start(directory, root, out, Engine::Birth::opened,
                 [&](const std::string& path, crypto::RootProvider& provider) {
                     return open_engine(path, provider, engine_options(options));
                 });
}

myqsec_status myqsec_open_findings(myqsec_engine* engine, myqsec_list** out) {
    return guard([&] {
        auto& handle = output(out, "out");
        const auto& opened = object_of(engine);
        opened.check_process();
        List list(finding_columns);
        for (const auto& finding : opened.findings())
            list.add(finding.code, finding.sentence);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_doctor(const char* directory, const myqsec_root* root, const myqsec_options* options,
                            myqsec_list** out) {
    return guard([&] {
        auto& handle = output(out, "out");
        const auto path = directory_of(directory, "directory");
        const auto provider = root != nullptr ? root_provider(root, Engine::Birth::opened) : nullptr;
        crypto::self_test();
        const auto given = engine_options(options);
        HostParts host(given);
        List list(diagnosis_columns);
        for (const auto& row :
             instance::diagnose(path, provider.get(), host.clock, vault_options(given, host)))
            list.add(row.code, row.sentence, row.advice);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_close(myqsec_engine* engine) {
    return guard([&] {
        if (!engine) return;
        auto& opened = object_of(engine);
        if (!opened.in_opening_process()) {  // destroying it would write to the parent's files
            opened.vault.disown_lock();
            static_cast<void>(take_object(engine).release());
            return;
        }
        if (const auto children = opened.children(); children > 0) {
            fail(Status::ERR_BUSY,
                 "{} sessions, writers or readers of this engine are still open; free them first", children);
        }
        take_object(engine);
    });
}

myqsec_status myqsec_system_session(myqsec_engine* engine, myqsec_session** out) {
    return guard([&] {
        auto& handle = output(out, "out");
        auto& opened = object_of(engine);
        opened.check_process();
        handle = new_session(opened, access::Principal::system());
    });
}

myqsec_status myqsec_tick(myqsec_session* session, int64_t* next) {
    if (next) *next = 0;
    return with_session(session, [&](Session& s) {
        if (next) *next = to_milliseconds(s.engine.clock.now() + Engine::longest_wait);
        const auto instant = s.engine.tick(s.principal);
        if (next) *next = to_milliseconds(instant);
    });
}

myqsec_status myqsec_clock_confirm(myqsec_session* session) {
    return with_session(session, [](Session& s) { s.engine.spool.jobs.confirm_clock(s.principal); });
}
