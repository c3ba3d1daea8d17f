// A process of its own killed with kill -9 before each call that changes a file, while it creates an instance
// and names the first administrator; every second time the one that repeats that is killed, too. The same
// calls then succeed, or say that the instance is there; a password that was shown lets in whoever has it.
// MYQSEC_SECONDS sets the time that each is given: 0 for every step.
#include <cstring>

#include "abi/engine.hpp"
#include "abi/killed_process.hpp"
#include "base/campaign.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

struct Secrets {
    char password[64];
    char code[64];
};

/// In an empty folder, or in one that is missing.
class Birth : public Place {
 public:
    explicit Birth(bool folder_is_there) {
        if (folder_is_there) filesystem::create_directory(directory);
    }
    [[nodiscard]] myqsec_status create() {
        const auto given = root();
        const auto how = options();
        myqsec_engine* engine = nullptr;
        const auto status = myqsec_create(directory.c_str(), &given, &how, &engine);
        if (status == MYQSEC_OK) check(myqsec_close(engine));
        return status;
    }
    /// As `myqsec init` does it; EXISTS at either call if somebody has used what an earlier one showed.
    static myqsec_status name_administrator(const Session& system, Secrets& shown) {
        myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
        fields.user_name = "admin";
        std::int64_t id = 0;
        Secrets made{};
        std::size_t size = sizeof made.password;
        auto status =
            myqsec_first_administrator(system.get(), &fields, &id, static_cast<char*>(made.password), &size);
        if (status != MYQSEC_OK) return status;
        std::memcpy(shown.password, made.password, sizeof shown.password);
        size = sizeof made.code;
        status = myqsec_recovery_code(system.get(), static_cast<char*>(made.code), &size);
        if (status == MYQSEC_OK) std::memcpy(shown.code, made.code, sizeof shown.code);
        return status;
    }
};

/// Runs `killed_at` for each step, as many as there is time for.
void at_each_step(const char* name, std::uint64_t count,
                  const std::function<void(std::uint64_t, bool)>& killed_at) {
    const Spread points(count);
    const Deadline deadline(3);
    std::uint64_t done = 0;
    for (; done < count && !deadline.passed(); ++done) {
        CAPTURE(points.at(done));
        killed_at(points.at(done), done % 2 == 1);
    }
    std::printf("%s: %llu of %llu points\n", name, static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(count));
    CHECK(count > 3);
    CHECK(done > 0);
}

void create_killed(const char* name, bool folder_is_there) {
    KilledProcess process;
    {
        Birth whole(folder_is_there);
        process.run(
            0, [] {}, [&] { check(whole.create()); });
    }
    int anew = 0;
    int there = 0;
    at_each_step(name, process.steps(), [&](std::uint64_t step, bool twice) {
        Birth birth(folder_is_there);
        const auto create = [&] { check(birth.create()); };
        const auto create_again = [&] { static_cast<void>(birth.create()); };
        process.run(
            step, [] {}, create);  // one step more or less than the first time
        if (twice)
            process.run(
                step % 37 + 1, [] {}, create_again);
        const auto status = birth.create();
        if (status == MYQSEC_OK) {
            ++anew;
        } else {
            ++there;
            CHECK_FAILS(status, MYQSEC_ERR_EXISTS, "already holds an instance; open it");
        }
        const auto engine = birth.open();
        CHECK(engine.findings().size() == 0);
        const auto system = engine.system_session();
        Secrets shown{};
        CHECK(Birth::name_administrator(system, shown) == MYQSEC_OK);
        std::int64_t next = 0;
        CHECK(myqsec_tick(system.get(), &next) == MYQSEC_OK);
    });
    std::printf("%s: %d created anew, %d there already\n", name, anew, there);
}

}  // namespace

TEST_CASE("a creation killed at each step is repeated, or was complete and says so") {
    create_killed("creating in a new folder", false);
    create_killed("creating in an empty folder", true);
}

TEST_CASE(
    "naming the first administrator, killed at each step, leaves no password that was shown and is wrong") {
    const SharedMemory<Secrets> shown;
    KilledProcess process;
    const Birth kept(false);
    const auto rehearse = [&](Birth& birth, std::uint64_t step) {
        *shown = {};
        std::unique_ptr<Engine> engine;
        std::unique_ptr<Session> system;
        return process.run(
            step,
            [&] {
                engine = std::make_unique<Engine>(birth.open());
                system = std::make_unique<Session>(engine->system_session());
            },
            [&] { check(Birth::name_administrator(*system, *shown)); });
    };
    Birth birth(false);
    check(birth.create());
    filesystem::copy(birth.directory, kept.directory, filesystem::copy_options::recursive);
    rehearse(birth, 0);
    int used = 0;
    int repeated = 0;
    at_each_step("naming the first administrator", process.steps(), [&](std::uint64_t step, bool again) {
        filesystem::remove_all(birth.directory);
        filesystem::copy(kept.directory, birth.directory, filesystem::copy_options::recursive);
        rehearse(birth, step);
        const auto engine = birth.open();
        const auto system = engine.system_session();
        const std::string password(static_cast<const char*>(shown->password));
        if (!password.empty() && !again) {
            ++used;
            CHECK_NOTHROW(static_cast<void>(system.login("admin", password)));
            Secrets other{};
            CHECK(Birth::name_administrator(system, other) == MYQSEC_ERR_EXISTS);
            return;
        }
        ++repeated;
        Secrets second{};
        CHECK_MESSAGE(Birth::name_administrator(system, second) == MYQSEC_OK,
                      std::string(myqsec_last_error()));
        CHECK_NOTHROW(static_cast<void>(system.login("admin", static_cast<const char*>(second.password))));
    });
    std::printf("naming the first administrator: %d passwords used, %d named again\n", used, repeated);
}
