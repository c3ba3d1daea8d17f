// Each allocation, and each call of the file system, failed once in a whole life of an instance, wherever it
// is made: in this library, in SQLite, in Botan, in the C++ runtime. The struck call says so and can be
// repeated; nothing acknowledged is lost; nothing leaks; the instance opens again. MYQSEC_SECONDS sets the
// time each kind of fault is given: 0 for every point.
#include "abi/life.hpp"
#include "base/campaign.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

std::size_t open_files() {
    const auto files = filesystem::directory_iterator("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

/// One life with the fault at this call. Returns how many calls it could have struck.
std::uint64_t live_once(Beginnings& beginnings, CallFault fault, std::uint64_t at,
                        const std::vector<myqsec_status>& expected) {
    CAPTURE(at);
    beginnings.restore();
    const auto files = open_files();
    Life life(beginnings, expected);
    plan_fault(fault, at);
    life.live();
    const auto calls = counted_calls();
    life.check_kept();
    CHECK(open_files() == files);
    return calls;
}

void fail_everywhere(const char* name, CallFault fault, const std::vector<myqsec_status>& expected) {
    Beginnings beginnings;
    live_once(beginnings, fault, 0, expected);  // what is made once a process is made now
    const Spread points(live_once(beginnings, fault, 0, expected));
    if (const int point = rounds("MYQSEC_POINT", 0); point > 0) {
        live_once(beginnings, fault, static_cast<std::uint64_t>(point), expected);
        return;
    }
    const Deadline deadline(10);
    const auto blocks = live_blocks();
    std::uint64_t done = 0;
    for (; done < points.count() && !deadline.passed(); ++done)
        live_once(beginnings, fault, points.at(done), expected);
    std::printf("%s: %llu of %llu points\n", name, static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(points.count()));
    // A leak at a point would show as a block or more each time.
    CHECK(live_blocks() - blocks < static_cast<std::int64_t>(done) / 4 + 50);
    CHECK(done > 0);
}

/// The call; once more if the fault struck it.
template <class Call>
void twice(const char* name, myqsec_status expected, Call&& call) {
    CAPTURE(std::string(name));
    auto status = call();
    const bool unknown = status == MYQSEC_ERR_OUTCOME_UNKNOWN && expected == MYQSEC_ERR_IO;
    if (status == expected || unknown) status = call();
    CHECK_MESSAGE(status == MYQSEC_OK, std::string(myqsec_last_error()));
}

/// The first administrator's password, at what it costs by default, and a login with it.
void begin_administration(myqsec_engine* engine, myqsec_status expected, std::string& password) {
    myqsec_session *system = nullptr, *admin = nullptr;
    twice("system session", expected, [&] { return faulted(myqsec_system_session, engine, &system); });
    twice("first administrator", expected, [&] {
        myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
        fields.user_name = "admin";
        std::int64_t id = 0;
        char buffer[64];
        std::size_t length = sizeof buffer;
        const auto status =
            faulted(myqsec_first_administrator, system, &fields, &id, static_cast<char*>(buffer), &length);
        if (status == MYQSEC_OK) password = buffer;
        return status;
    });
    twice("log in", expected,
          [&] { return faulted(myqsec_login, system, "admin", password.c_str(), nullptr, &admin); });
    faulted(myqsec_session_free, admin);
    faulted(myqsec_session_free, system);
}

enum class Birth { alone, with_administrator };

/// From nothing to an instance. What fails can be repeated, in the same folder.
std::uint64_t be_born(Birth birth, CallFault fault, std::uint64_t at, myqsec_status expected) {
    CAPTURE(at);
    const auto files = open_files();
    Place place;
    const auto root = place.root();
    const auto options = place.options();
    myqsec_engine* engine = nullptr;
    std::string password;
    plan_fault(fault, at);
    twice("create", expected,
          [&] { return faulted(myqsec_create, place.directory.c_str(), &root, &options, &engine); });
    if (birth == Birth::with_administrator) begin_administration(engine, expected, password);
    twice("close", expected, [&] { return faulted(myqsec_close, engine); });
    const auto calls = counted_calls();
    plan_fault(CallFault::none, 0);
    auto again = place.open();
    CHECK(again.findings().size() == 0);
    if (birth == Birth::with_administrator)
        CHECK(
            again.system_session().login("admin", password).list(myqsec_user_list, nullptr, nullptr).size() ==
            1);
    again.close();
    if (at > 0) CHECK(open_files() == files);  // the first time, what a process opens once is opened
    return calls;
}

void fail_at_birth(const char* name, Birth birth, CallFault fault, myqsec_status expected) {
    be_born(birth, fault, 0, expected);
    const Spread points(be_born(birth, fault, 0, expected));
    const Deadline deadline(5);
    std::uint64_t done = 0;
    for (; done < points.count() && !deadline.passed(); ++done)
        be_born(birth, fault, points.at(done), expected);
    std::printf("creation, %s: %llu of %llu points\n", name, static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(points.count()));
    CHECK(done > 0);
}

}  // namespace

TEST_CASE("an instance whose creation was struck anywhere can be created all the same") {
    fail_at_birth("allocations", Birth::alone, CallFault::allocation, MYQSEC_ERR_OUT_OF_MEMORY);
    fail_at_birth("input/output errors", Birth::alone, CallFault::io_error, MYQSEC_ERR_IO);
    fail_at_birth("full disk", Birth::alone, CallFault::no_space, MYQSEC_ERR_NO_SPACE);
    fail_at_birth("failed syncs", Birth::alone, CallFault::sync_failure, MYQSEC_ERR_IO);
}
TEST_CASE("the first administrator's password is never lost in a failure") {
    fail_at_birth("allocations, administrator included", Birth::with_administrator, CallFault::allocation,
                  MYQSEC_ERR_OUT_OF_MEMORY);
}
TEST_CASE("any one allocation may fail in a life of an instance") {
    fail_everywhere("allocations", CallFault::allocation, {MYQSEC_ERR_OUT_OF_MEMORY});
}
TEST_CASE("any one call of the file system may fail in a life of an instance") {
    fail_everywhere("input/output errors", CallFault::io_error, {MYQSEC_ERR_IO});
}
TEST_CASE("the disk may be full at any one call in a life of an instance") {
    fail_everywhere("full disk", CallFault::no_space, {MYQSEC_ERR_NO_SPACE, MYQSEC_ERR_IO});
}
TEST_CASE("any one read or write may move less than asked, without consequence") {
    fail_everywhere("short reads and writes", CallFault::short_count, {});
}
TEST_CASE("any one sync may fail in a life of an instance") {
    fail_everywhere("failed syncs", CallFault::sync_failure, {MYQSEC_ERR_IO});
}
