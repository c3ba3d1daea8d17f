// Every function of the ABI, called with nothing at all, and with a live session and nothing else.
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

namespace {

/// What a call returned; text and void have no status.
using Result = std::optional<myqsec_status>;
constexpr myqsec_status no_session = 1;

template <class... Parameters, class... Arguments>
Result result_of(myqsec_status (*function)(Parameters...), Arguments... arguments) {
    return function(arguments...);
}
template <class... Parameters, class... Arguments>
Result result_of(const char* (*function)(Parameters...), Arguments... arguments) {
    CHECK(function(arguments...) != nullptr);
    return std::nullopt;
}
template <class... Parameters, class... Arguments>
Result result_of(void (*function)(Parameters...), Arguments... arguments) {
    function(arguments...);
    return std::nullopt;
}

/// NULL and 0 for everything.
template <class Returned, class... Parameters>
Result with_nothing(Returned (*function)(Parameters...)) {
    return result_of(function, Parameters{}...);
}
template <class Returned, class... Parameters>
Result with_session(Returned (*function)(myqsec_session*, Parameters...), myqsec_session* session) {
    return result_of(function, session, Parameters{}...);
}
template <class Function>
Result with_session(Function, ...) {
    return no_session;
}

struct Call {
    std::string_view name;
    Result (*nothing)();
    Result (*session)(myqsec_session*);
};
const Call calls[] = {
#define MYQSEC_FUNCTION(name)                  \
    {#name, [] { return with_nothing(name); }, \
     [](myqsec_session* session) { return with_session(name, session); }},
#include "myqsec_functions.def"
#undef MYQSEC_FUNCTION
};

// What has a meaning without any argument.
const std::set<std::string_view> harmless = {"myqsec_close", "myqsec_self_test"};
// What has a meaning with nothing but a session.
const std::set<std::string_view> enough = {"myqsec_logout",
                                           "myqsec_tick",
                                           "myqsec_clock_confirm",
                                           "myqsec_audit_rotate_key",
                                           "myqsec_keys_rotate_tree",
                                           "myqsec_keys_rotate_lookup",
                                           "myqsec_keys_complete_erasures"};

}  // namespace

TEST_CASE("NULL and 0 for every parameter are refused by name, and crash nothing") {
    CHECK(std::size(calls) > 100);
    for (const auto& call : calls) {
        CAPTURE(call.name);
        const auto status = call.nothing();
        if (!status) continue;
        if (harmless.contains(call.name)) {
            CHECK(*status == MYQSEC_OK);
            continue;
        }
        CHECK(*status == MYQSEC_ERR_INVALID_ARGUMENT);
        CHECK(std::string(myqsec_last_error()).find("NULL") != std::string::npos);
    }
}

TEST_CASE("a live session and nothing else is refused with a sentence, and the instance is none the worse") {
    Host host;
    const auto job = host.submit(host.secure, "still there");
    for (const auto& call : calls) {
        if (call.name == "myqsec_session_free") continue;
        CAPTURE(call.name);
        const auto session = host.system->login("admin", host.admin_password);
        const auto status = call.session(session.get());
        if (!status || *status == no_session) continue;
        if (enough.contains(call.name)) {
            CHECK(*status == MYQSEC_OK);
        } else {
            CHECK(*status < 0);
            CHECK(*myqsec_last_error() != '\0');
        }
        CHECK(*status != MYQSEC_ERR_INTERNAL);
    }
    host.reopen();
    CHECK(host.engine->findings().size() == 0);
    CHECK(host.state(job) == "pending-held");
}

TEST_CASE("an ended session is told so, before anything else, by every function but the one that ends it") {
    Host host;
    const auto job = host.submit(host.secure, "still there");
    const auto away = host.system->login("admin", host.admin_password);
    const auto at_device = host.by_card();
    for (const auto* session : {&away, &at_device}) {
        check(myqsec_logout(session->get()));
        for (const auto& call : calls) {
            if (call.name == "myqsec_session_free") continue;
            CAPTURE(call.name);
            const auto status = call.session(session->get());
            if (!status || *status == no_session) continue;
            CHECK(*status == (call.name == "myqsec_logout" ? MYQSEC_OK : MYQSEC_ERR_SESSION_ENDED));
        }
        myqsec_list* list = nullptr;
        const auto denied = host.count("session.denied");
        CHECK(myqsec_job_get(session->get(), job, &list) == MYQSEC_ERR_SESSION_ENDED);
        CHECK(myqsec_job_get(session->get(), 4711, &list) == MYQSEC_ERR_SESSION_ENDED);
        CHECK(host.count("session.denied") == denied);
    }
}

TEST_CASE("what an ended session holds, a writer, a reader, a release, is told so before anything else") {
    Host host;
    const auto job = host.submit(host.secure, "document");
    const auto session = host.system->login("jana", Host::password);
    auto fields = host.job_fields(host.secure);
    fields.owner = 0;
    myqsec_job_writer* writer = nullptr;
    myqsec_job_reader* reader = nullptr;
    myqsec_release* release = nullptr;
    check(myqsec_job_submit(session.get(), &fields, &writer));
    check(myqsec_job_open(session.get(), job, &reader));
    check(myqsec_release_begin(session.get(), job, nullptr, &release));
    check(myqsec_user_set_password(host.admin->get(), host.jana, nullptr, "another horse battery"));
    CHECK(myqsec_job_writer_write(writer, nullptr, 7) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(myqsec_job_writer_finish(writer, nullptr) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(myqsec_job_reader_read(reader, 0, nullptr, nullptr) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(myqsec_job_reader_size(reader, nullptr) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(myqsec_release_read(release, nullptr, nullptr) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(myqsec_release_finish(release) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(host.state(job) == "pending-held");
    myqsec_job_writer_free(writer);
    myqsec_job_reader_free(reader);
    myqsec_release_free(release);
}

TEST_CASE("the handle of a session that was freed is refused, and not taken for that of a later one") {
    Host host;
    auto* gone = host.system->login("jana", Host::password).get();
    for (int later = 0; later < 100; ++later) {
        const auto session = host.engine->system_session();
        CHECK(session.get() != gone);
        myqsec_list* list = nullptr;
        CHECK(myqsec_session_info(gone, &list) == MYQSEC_ERR_INVALID_ARGUMENT);
    }
}

TEST_CASE("numbers out of range are refused, not cut or believed") {
    Host host;
    const auto admin = host.admin->get();
    myqsec_list* list = nullptr;
    std::int64_t id = 0;
    for (const std::int64_t number : {std::int64_t{-1}, std::int64_t{0}, INT64_MIN, INT64_MAX}) {
        CAPTURE(number);
        CHECK(myqsec_user_get(admin, number, &list) < 0);
        CHECK(myqsec_job_get(admin, number, &list) < 0);
        CHECK(myqsec_user_delete(admin, number) < 0);
        CHECK(myqsec_queue_delete(admin, number) < 0);
        CHECK(myqsec_device_delete(admin, number) < 0);
        CHECK(myqsec_card_remove(admin, number) < 0);
        CHECK(myqsec_role_delete(admin, number) < 0);
        CHECK(myqsec_group_delete(admin, number) < 0);
        CHECK(list == nullptr);
    }
    myqsec_queue_fields queue = MYQSEC_QUEUE_FIELDS_INIT;
    queue.name = "another";
    for (const std::int32_t kind : {-2, -1, 4, INT32_MAX, INT32_MIN}) {
        queue.kind = kind;
        CHECK(myqsec_queue_create(admin, &queue, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    }
    queue.kind = MYQSEC_QUEUE_SECURE;
    for (const std::int64_t time : {std::int64_t{-2}, INT64_MIN, INT64_MAX, std::int64_t{91} * 86'400'000}) {
        queue.retention_held = time;
        CHECK(myqsec_queue_create(admin, &queue, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    }
    queue.retention_held = 0;
    for (const std::int32_t choice : {-1, 3, INT32_MAX}) {
        queue.enabled = choice;
        CHECK(myqsec_queue_create(admin, &queue, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    }
    CHECK(id == 0);
    myqsec_device_fields device = MYQSEC_DEVICE_FIELDS_INIT;
    device.name = "another";
    device.methods = 1 << 20;
    CHECK(myqsec_device_create(admin, &device, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    myqsec_release_options options = MYQSEC_RELEASE_OPTIONS_INIT;
    options.keep = 7;
    test::Tray tray;
    const auto sink = tray.sink();
    const auto job = host.submit(host.secure, "document");
    CHECK(myqsec_job_release(admin, job, &options, &sink) == MYQSEC_ERR_INVALID_ARGUMENT);
    auto headless = sink;
    headless.write = nullptr;
    CHECK(myqsec_job_release(admin, job, nullptr, &headless) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(tray.printed.empty());
}
