// fork() at any moment, with other threads at work inside the library: the child is told that no handle is
// its own and never waits for a lock that nobody will release; however it ends, its parent's instance is
// unharmed.
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "abi/engine.hpp"
#include "base/campaign.hpp"

using namespace myqsec;
using test::Host;
namespace filesystem = std::filesystem;

namespace {

/// One of each kind of handle, as the parent holds them when it forks.
struct Handles {
    explicit Handles(Host& host, std::int64_t job) : session(host.admin->get()), engine(host.engine->get()) {
        const auto fields = host.job_fields(host.secure);
        check(myqsec_job_submit(host.system->get(), &fields, &writer));
        check(myqsec_job_writer_write(writer, "half a doc", 10));
        check(myqsec_job_open(session, job, &reader));
        check(myqsec_release_begin(session, host.submit(host.secure, "going"), nullptr, &release));
        check(myqsec_user_list(session, nullptr, nullptr, &list));
    }
    void free() {
        myqsec_job_writer_free(writer);
        myqsec_job_reader_free(reader);
        myqsec_release_free(release);
        myqsec_list_free(list);
    }

    myqsec_session* session;
    myqsec_engine* engine;
    myqsec_job_writer* writer = nullptr;
    myqsec_job_reader* reader = nullptr;
    myqsec_release* release = nullptr;
    myqsec_list* list = nullptr;
};

/// What a child may not do; the number of the first call that did not say so, 0 if all did.
int refused_everywhere(const Handles& handles, const Host& host, std::int64_t job) {
    int number = 0;
    char byte = 0;
    std::size_t length = 1;
    std::int64_t id = 0;
    std::uint64_t size = 0;
    myqsec_list* list = nullptr;
    myqsec_session* session = nullptr;
    test::Tray tray;
    const auto sink = tray.sink();
    const auto fields = host.job_fields(host.secure);
    myqsec_job_writer* writer = nullptr;
    for (const auto status : {
             myqsec_job_writer_write(handles.writer, "x", 1),
             myqsec_job_writer_finish(handles.writer, &id),
             myqsec_job_reader_read(handles.reader, 0, &byte, &length),
             myqsec_job_reader_size(handles.reader, &size),
             myqsec_release_read(handles.release, &byte, &length),
             myqsec_release_finish(handles.release),
             myqsec_release_abort(handles.release),
             myqsec_job_list(handles.session, nullptr, nullptr, &list),
             myqsec_job_release(handles.session, job, nullptr, &sink),
             myqsec_job_delete(handles.session, job),
             myqsec_job_submit(handles.session, &fields, &writer),
             myqsec_user_list(handles.session, nullptr, nullptr, &list),
             myqsec_audit_list(handles.session, nullptr, nullptr, &list),
             myqsec_setting_set(handles.session, "session.idle_timeout", "5min"),
             myqsec_session_info(handles.session, &list),
             myqsec_login(host.system->get(), "admin", "wrong", nullptr, &session),
             myqsec_tick(host.system->get(), nullptr),
             myqsec_system_session(handles.engine, &session),
             myqsec_open_findings(handles.engine, &list),
             myqsec_logout(handles.session),
         }) {
        ++number;
        if (status != MYQSEC_ERR_FORKED) return number;
    }
    return tray.printed.empty() ? 0 : -1;
}

/// The child's life. The alarm ends it if it waits for a thread that it does not have.
[[noreturn]] void be_child(Handles handles, const Host& host, std::int64_t job, const std::string& own_folder,
                           unsigned how) {
    ::alarm(10);
    int result = refused_everywhere(handles, host, job);
    myqsec_engine* engine = nullptr;
    const auto root = host.root();
    if (result == 0 && how % 2 == 0 &&
        myqsec_open(host.directory.c_str(), &root, nullptr, &engine) != MYQSEC_ERR_IN_USE)
        result = 90;
    if (how % 2 == 0) {
        handles.free();
        myqsec_session_free(handles.session);
        if (result == 0 && myqsec_close(handles.engine) != MYQSEC_OK) result = 93;
        if (result == 0 && myqsec_open(host.directory.c_str(), &root, nullptr, &engine) != MYQSEC_ERR_IN_USE)
            result = 94;
    }
    if (result == 0 && how % 4 == 0) {  // an instance of its own
        if (myqsec_create(own_folder.c_str(), &root, nullptr, &engine) != MYQSEC_OK) result = 91;
        if (myqsec_close(engine) != MYQSEC_OK) result = 92;
    }
    ::_exit(result);
}

}  // namespace

TEST_CASE(
    "a forked child is told so by every call, never hangs, and harms nothing, whatever its parent was "
    "doing") {
    const test::Rounds wanted("MYQSEC_FORKS", 60);
    std::mt19937 random(11);
    Host host;
    const auto job = host.submit(host.secure, std::string(100'000, 'd'));
    std::atomic<bool> enough = false;
    std::mutex pause;
    std::atomic<int> submitted = 0;
    std::thread busy([&] {
        auto session = host.engine->system_session();
        while (!enough) {
            const std::lock_guard guard(pause);
            auto writer = session.submit(host.job_fields(host.privately));
            writer.write(std::string(1000, 'p'));
            const auto made = writer.finish();
            ++submitted;
            check(myqsec_job_delete(host.admin->get(), made));
        }
    });
    int forks = 0;
    for (; wanted.more(forks); ++forks) {
        CAPTURE(forks);
        Handles handles(host, job);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
        const auto own_folder = host.folder.path() + "/child-" + std::to_string(forks);
        // Half of the children begin something of their own: that takes a moment at which no other thread was
        // inside SQLite or Botan, whose locks a child would inherit.
        auto quiet = std::unique_lock(pause, std::defer_lock);
        if (forks % 2 == 0) quiet.lock();
        std::fflush(stdout);  // or a child that exits writes it again
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) be_child(handles, host, job, own_folder, static_cast<unsigned>(forks));
        if (quiet) quiet.unlock();
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
        std::int64_t finished = 0;
        CHECK(myqsec_job_writer_finish(handles.writer, &finished) == MYQSEC_OK);
        handles.free();
        CHECK(host.state(finished) == "pending-held");
        CHECK(myqsec_job_delete(host.admin->get(), finished) == MYQSEC_OK);
    }
    enough = true;
    busy.join();
    host.reopen();
    CHECK(host.engine->findings().size() == 0);
    test::Tray tray;
    CHECK(Host::release(*host.admin, job, tray) == MYQSEC_OK);
    CHECK(tray.printed == std::string(100'000, 'd'));
    MESSAGE("forks: " << forks << ", jobs submitted meanwhile: " << submitted.load());
}
