// One session in the hands of many threads. With a thread sanitizer it says whether they race.
#include <atomic>
#include <thread>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;
using test::Tray;

namespace {

constexpr int workers = 16;
constexpr int rounds = 4;

/// Runs `work(worker)` on as many threads, and waits for them. What it throws is a failed check.
template <class Work>
void at_once(Work&& work) {
    std::atomic<int> failed = 0;
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            try {
                work(worker);
            } catch (const std::exception& failure) {
                std::fprintf(stderr, "worker %d: %s\n", worker, failure.what());
                ++failed;
            }
        });
    }
    threads.clear();
    CHECK(failed == 0);
}

void must(bool so) {
    if (!so) throw std::runtime_error("not as it should be");
}

std::string fetched(const Session& session, std::int64_t job) {
    auto release = session.begin_release(job);
    std::vector<std::uint8_t> room(1000);
    std::string out;
    for (auto size = release.read(room); size > 0; size = release.read(room))
        out.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
    release.finish();
    return out;
}

/// Everything that a session of a user does, and a mistake whose sentence is this thread's own.
void use(Host& host, const Session& jana, int worker, int round) {
    const auto text = "document " + std::to_string(round) + " of worker " + std::to_string(worker);
    const auto printed = host.submit(host.privately, text);
    const auto pulled = host.submit(host.secure, text);
    Tray tray;
    check(Host::release(jana, printed, tray));
    must(tray.printed == text);
    must(fetched(jana, pulled) == text);
    must(jana.list(myqsec_session_info).first().text("user_name") == "jana");
    must(jana.list(myqsec_job_get, pulled).first().text("state") == "completed");
    for (const auto row : jana.list(myqsec_job_list, nullptr, nullptr))
        must(row.integer("owner") == host.jana);
    check(myqsec_job_delete(jana.get(), pulled));
    myqsec_list* list = nullptr;
    const std::int64_t nobodys = 1'000'000 + worker;
    must(myqsec_job_get(jana.get(), nobodys, &list) == MYQSEC_ERR_NOT_FOUND);
    must(std::string(myqsec_last_error()).find(std::to_string(nobodys)) != std::string::npos);
    host.system->tick();
}

}  // namespace

TEST_CASE("16 threads share the sessions of a user and of the host") {
    Host host;
    const auto jana = host.system->login("jana", Host::password);
    at_once([&](int worker) {
        for (int round = 0; round < rounds; ++round)
            use(host, jana, worker, round);
    });
    CHECK(host.count("job.released") == 2 * workers * rounds);
    CHECK(host.admin->list(myqsec_job_list, nullptr, nullptr).size() == 0);
}

TEST_CASE("a session that one thread ends is ended for all, in the midst of what they do") {
    Host host;
    auto jana = host.system->login("jana", Host::password);
    std::atomic<int> busy = 0;
    at_once([&](int worker) {
        if (worker == 0) {
            while (busy < workers - 1)
                std::this_thread::yield();
            jana.logout();
            return;
        }
        myqsec_status status = MYQSEC_OK;
        for (bool first = true; status == MYQSEC_OK; first = false) {
            myqsec_list* list = nullptr;
            status = myqsec_job_list(jana.get(), nullptr, nullptr, &list);
            myqsec_list_free(list);
            if (first) ++busy;
        }
        must(status == MYQSEC_ERR_SESSION_ENDED);
    });
}

TEST_CASE("a session that one thread frees waits for the calls of the others, and refuses later ones") {
    Host host;
    const auto job = host.submit(host.secure, "slow");
    auto* jana = [&] {
        myqsec_session* out = nullptr;
        check(myqsec_login(host.system->get(), "jana", Host::password, nullptr, &out));
        return out;
    }();
    std::atomic<bool> printing = false, freeing = false, printed = false;
    at_once([&](int worker) {
        if (worker == 0) {
            while (!printing)
                std::this_thread::yield();
            freeing = true;
            myqsec_session_free(jana);
            must(printed);
        } else if (worker == 1) {
            Tray tray;
            tray.during_write = [&] {
                printing = true;
                while (!freeing)
                    std::this_thread::yield();
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                printed = true;
            };
            const auto sink = tray.sink();
            must(myqsec_job_release(jana, job, nullptr, &sink) == MYQSEC_ERR_SESSION_ENDED);
            must(tray.aborted);
        } else {
            while (!freeing)
                std::this_thread::yield();
            myqsec_list* list = nullptr;
            myqsec_status status = MYQSEC_OK;
            while (status == MYQSEC_OK || status == MYQSEC_ERR_SESSION_ENDED) {
                status = myqsec_session_info(jana, &list);
                myqsec_list_free(std::exchange(list, nullptr));
            }
            must(status == MYQSEC_ERR_INVALID_ARGUMENT);
        }
    });
    CHECK(host.state(job) == "pending-held");
}
