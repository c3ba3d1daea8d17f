// A release that the host fetches, in place of a sink that it is given.
#include <chrono>
#include <thread>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;
using test::Tray;
namespace filesystem = std::filesystem;

namespace {

std::string long_document() {
    std::string out;
    for (int i = 0; out.size() < 300'000; ++i)
        out += std::to_string(i) + ' ';
    return out;
}

/// The next bytes, at most so many.
std::string next(JobRelease& release, std::size_t most) {
    std::vector<std::uint8_t> room(most);
    const auto size = release.read(room);
    return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string all(JobRelease& release, std::size_t piece) {
    std::string out;
    for (auto part = next(release, piece); !part.empty(); part = next(release, piece))
        out += part;
    return out;
}

template <class Work>
myqsec_status status_of(Work&& work) {
    try {
        work();
        return MYQSEC_OK;
    } catch (const Error& error) {
        return error.status();
    }
}

}  // namespace

TEST_CASE("a fetched job comes byte for byte, and is printed once its end was read and it is finished") {
    Host host;
    const auto document = long_document();
    const auto jana = host.by_card();
    for (const std::size_t piece : {7'000U, 65'536U, 1'000'000U}) {
        const auto secret = host.submit(host.privately, document);
        auto release = jana.begin_release(secret);
        CHECK(host.state(secret) == "processing");
        CHECK(all(release, piece) == document);
        CHECK(host.has_job(secret));
        release.finish();
        CHECK_FALSE(host.has_job(secret));
    }
    CHECK(host.jobs().empty());
    CHECK(host.count("job.released") == 3);
    const auto kept = host.submit(host.secure, "");
    auto empty = jana.begin_release(kept, true);
    CHECK(next(empty, 1).empty());
    empty.finish();
    CHECK(host.state(kept) == "pending-held");
    CHECK(status_of([&] { empty.finish(); }) == MYQSEC_ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { next(empty, 1); }) == MYQSEC_ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { static_cast<void>(jana.begin_release(host.submit(host.privately, ""), true)); }) ==
          MYQSEC_ERR_NOT_POSSIBLE);
}

TEST_CASE("a fetched job that is not finished is held again, whoever gives up") {
    Host host;
    const auto job = host.submit(host.privately, long_document());
    const auto jana = host.by_card();
    {
        auto freed = jana.begin_release(job);
        next(freed, 10);
    }
    CHECK(host.state(job) == "pending-held");
    auto aborted = jana.begin_release(job);
    next(aborted, 10);
    aborted.abort();
    CHECK(host.state(job) == "pending-held");
    aborted.abort();
    auto early = jana.begin_release(job);
    next(early, 200'000);
    CHECK(status_of([&] { early.finish(); }) == MYQSEC_ERR_NOT_POSSIBLE);
    CHECK(host.state(job) == "pending-held");
    CHECK(host.count("job.release-failed") == 3);
    CHECK(host.count("job.released") == 0);
    auto release = jana.begin_release(job);
    CHECK(all(release, 100'000) == long_document());
}

TEST_CASE("a job is fetched by its owner alone, and by one release at a time") {
    Host host;
    const auto job = host.submit(host.secure, "mine");
    const auto eve = host.by_card("04ffffff");
    CHECK(status_of([&] { static_cast<void>(eve.begin_release(job)); }) == MYQSEC_ERR_NOT_FOUND);
    CHECK(status_of([&] { static_cast<void>(host.system->begin_release(job)); }) == MYQSEC_ERR_NOT_FOUND);
    const auto jana = host.by_card();
    auto release = jana.begin_release(job);
    CHECK(status_of([&] { static_cast<void>(jana.begin_release(job)); }) == MYQSEC_ERR_NOT_POSSIBLE);
    Tray tray;
    CHECK(Host::release(jana, job, tray) == MYQSEC_ERR_NOT_POSSIBLE);
    CHECK(tray.printed.empty());
    CHECK_FAILS(myqsec_job_delete(jana.get(), job), MYQSEC_ERR_NOT_POSSIBLE, "cancel it first");
    CHECK(myqsec_job_cancel(jana.get(), job) == MYQSEC_OK);
    CHECK(status_of([&] { next(release, 10); }) == MYQSEC_ERR_NOT_POSSIBLE);
    CHECK(host.state(job) == "canceled");
    auto direct = host.system->begin_release(host.submit(host.direct, "now"));
    CHECK(next(direct, 10) == "now");
    direct.finish();
}

TEST_CASE("the end of a session undoes what it was fetching, without waiting for whoever fetches") {
    Host host;
    const auto job = host.submit(host.secure, long_document());
    auto at_device = host.by_card();
    auto release = at_device.begin_release(job);
    next(release, 10);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(myqsec_logout(at_device.get()) == MYQSEC_OK);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    CHECK(host.cleared == 1);
    CHECK(host.state(job) == "pending-held");
    CHECK(status_of([&] { next(release, 10); }) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(status_of([&] { release.finish(); }) == MYQSEC_ERR_SESSION_ENDED);

    auto away = host.system->login("jana", Host::password);
    auto another = away.begin_release(job);
    next(another, 10);
    std::jthread([&] { CHECK(myqsec_logout(away.get()) == MYQSEC_OK); }).join();
    CHECK(host.state(job) == "pending-held");

    const auto idle = host.system->login("jana", Host::password);
    auto forgotten = idle.begin_release(job);
    next(forgotten, 10);
    for (int minutes = 0; minutes < 30; minutes += 10) {
        host.now += 600'000;
        host.system->tick();
    }
    host.admin = std::make_unique<Session>(host.system->login("admin", host.admin_password));
    CHECK(host.state(job) == "pending-held");
    CHECK(host.count("job.released") == 0);
}

TEST_CASE("an engine stays open while a release lives, and a kill leaves the job possibly printed") {
    Host host;
    const auto job = host.submit(host.secure, "going");
    {
        auto session = host.system->login("jana", Host::password);
        auto release = session.begin_release(job);
        CHECK(next(release, 3) == "goi");
        CHECK(myqsec_close(host.engine->get()) == MYQSEC_ERR_BUSY);
        Host copy;
        copy.close();
        filesystem::remove_all(copy.directory);
        filesystem::copy(host.directory, copy.directory, filesystem::copy_options::recursive);
        copy.admin_password = host.admin_password;
        copy.reopen();
        CHECK(copy.engine->findings().first().text("code") == "job-possibly-printed");
        CHECK(copy.state(job) == "pending-held");
    }
    CHECK(host.state(job) == "pending-held");
}

TEST_CASE("misuse of a release is answered, not suffered") {
    Host host;
    const auto job = host.submit(host.secure, "x");
    const auto jana = host.by_card();
    myqsec_release_options options = MYQSEC_RELEASE_OPTIONS_INIT;
    options.keep = 2;
    myqsec_release* release = nullptr;
    CHECK_FAILS(myqsec_release_begin(jana.get(), job, &options, &release), MYQSEC_ERR_INVALID_ARGUMENT,
                "keep");
    CHECK_FAILS(myqsec_release_begin(jana.get(), 0, nullptr, &release), MYQSEC_ERR_INVALID_ARGUMENT, "job");
    CHECK(host.state(job) == "pending-held");
    REQUIRE(myqsec_release_begin(jana.get(), job, nullptr, &release) == MYQSEC_OK);
    char byte = 0;
    std::size_t length = 0;
    CHECK_FAILS(myqsec_release_read(release, &byte, &length), MYQSEC_ERR_INVALID_ARGUMENT, "room");
    length = 1;
    CHECK_FAILS(myqsec_release_read(release, nullptr, &length), MYQSEC_ERR_INVALID_ARGUMENT, "data");
    CHECK_FAILS(myqsec_release_read(release, &byte, nullptr), MYQSEC_ERR_INVALID_ARGUMENT, "length");
    CHECK(myqsec_release_read(release, &byte, &length) == MYQSEC_OK);  // none of this undid it
    CHECK(byte == 'x');
    CHECK(myqsec_release_finish(release) == MYQSEC_OK);
    myqsec_release_free(release);
    CHECK_FAILS(myqsec_release_finish(release), MYQSEC_ERR_INVALID_ARGUMENT, "freed");
    myqsec_release_free(release);
    auto* session = reinterpret_cast<myqsec_release*>(jana.get());
    CHECK_FAILS(myqsec_release_abort(session), MYQSEC_ERR_INVALID_ARGUMENT, "release handle");
}

TEST_CASE(
    "a person who is deleted from within their own sink leaves a device that is cleared when it returns") {
    Host host;
    const auto job = host.submit(host.privately, "hers");
    const auto jana = host.by_card();
    Tray tray;
    tray.during_write = [&] { CHECK(myqsec_user_delete(host.admin->get(), host.jana) == MYQSEC_OK); };
    CHECK(Host::release(jana, job, tray) != MYQSEC_OK);
    CHECK(host.cleared == 1);
    CHECK(host.login_status("04ffffff") == MYQSEC_OK);
}
