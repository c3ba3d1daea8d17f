// fork() inside a callback of the host: the child is told so when the callback returns, and changes nothing;
// the parent's call goes on.
#include <functional>
#include <map>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "abi/engine.hpp"
#include "base/rounds.hpp"

using namespace myqsec;
using test::Host;
using test::Place;

namespace {

/// Forks at one call of a callback; counts them all.
struct Fork {
    int at = 0;
    int calls = 0;
    pid_t child = -1;
    void happen() {
        if (++calls == at) child = ::fork();
    }
    [[nodiscard]] bool is_child() const { return child == 0; }
};

/// Everything that calls back while an instance is created, opened and worked with, on hooks of a Fork.
struct HostOfForks : Place {
    std::map<std::uint32_t, std::uint64_t> counters;  ///< of the instance at hand
    Fork* fork = nullptr;

    void hook() const {
        if (fork != nullptr) fork->happen();
    }
    [[nodiscard]] myqsec_root callback_root() {
        myqsec_root out = MYQSEC_ROOT_INIT;
        out.kind = MYQSEC_ROOT_CALLBACK;
        out.argon2_memory_kib = 1024;
        out.argon2_iterations = 1;
        out.context = this;
        out.create = [](void* context, std::uint8_t* key, std::uint8_t*, std::size_t* size) {
            std::fill_n(key, MYQSEC_ROOT_KEY_SIZE, std::uint8_t{7});
            *size = 0;
            static_cast<HostOfForks*>(context)->hook();
            return 0;
        };
        out.unlock = [](void* context, const std::uint8_t*, std::size_t, std::uint8_t* key) {
            std::fill_n(key, MYQSEC_ROOT_KEY_SIZE, std::uint8_t{7});
            static_cast<HostOfForks*>(context)->hook();
            return 0;
        };
        return out;
    }
    [[nodiscard]] myqsec_options hooked_options() {
        auto out = options();
        out.clock_context = this;
        out.clock = [](void* context) {
            auto& host = *static_cast<HostOfForks*>(context);
            host.hook();
            return host.now;
        };
        out.running = [](void* context) {
            auto& host = *static_cast<HostOfForks*>(context);
            host.hook();
            return host.running;
        };
        out.counter_context = this;
        out.counter_read = [](void* context, std::uint32_t which, std::uint64_t* value) {
            auto& host = *static_cast<HostOfForks*>(context);
            *value = host.counters[which];
            host.hook();
            return 0;
        };
        out.counter_advance = [](void* context, std::uint32_t which, std::uint64_t value) {
            auto& host = *static_cast<HostOfForks*>(context);
            host.counters[which] = value;
            host.hook();
            return 0;
        };
        return out;
    }
};

/// The parent's status. A child ends at the first call that it was forked in, and tells whether it was
/// refused.
myqsec_status call(Fork& fork, const std::function<myqsec_status()>& function, bool child_may_free = false) {
    const auto before = fork.child;
    const auto status = function();
    if (fork.is_child())
        ::_exit(status == MYQSEC_ERR_FORKED || (child_may_free && status == MYQSEC_OK) ? 0 : 1 - status);
    if (fork.child != before) {
        int ended = 0;
        REQUIRE(::waitpid(fork.child, &ended, 0) == fork.child);
        CHECK(WIFEXITED(ended));
        CHECK(WEXITSTATUS(ended) == 0);
    }
    return status;
}

/// A life of an instance: created, worked with, its root replaced, backed up, restored, opened again.
void live(HostOfForks& host, Fork& fork) {
    const auto root = host.callback_root();
    const auto options = host.hooked_options();
    myqsec_engine* engine = nullptr;
    REQUIRE(call(fork, [&] { return myqsec_create(host.directory.c_str(), &root, &options, &engine); }) ==
            MYQSEC_OK);
    myqsec_session* system = nullptr;
    REQUIRE(myqsec_system_session(engine, &system) == MYQSEC_OK);
    myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
    fields.user_name = "admin";
    char password[64];
    std::size_t length = sizeof password;
    std::int64_t id = 0;
    REQUIRE(call(fork, [&] { return myqsec_first_administrator(system, &fields, &id, password, &length); }) ==
            MYQSEC_OK);
    myqsec_session* admin = nullptr;
    REQUIRE(call(fork, [&] { return myqsec_login(system, "admin", password, nullptr, &admin); }) ==
            MYQSEC_OK);
    REQUIRE(call(fork, [&] { return myqsec_keys_rotate_root(admin, &root); }) == MYQSEC_OK);
    myqsec_backup_options progress = MYQSEC_BACKUP_OPTIONS_INIT;
    progress.context = &host;
    progress.progress = [](void* context, std::uint64_t, std::uint64_t) {
        static_cast<HostOfForks*>(context)->hook();
        return 0;
    };
    const auto backup = host.folder.path() + "/backup";
    const auto restored = host.folder.path() + "/restored";
    REQUIRE(call(fork, [&] { return myqsec_backup_create(admin, backup.c_str(), &progress, nullptr); }) ==
            MYQSEC_OK);
    char key[MYQSEC_BACKUP_KEY_MAX];
    length = sizeof key;
    REQUIRE(call(fork, [&] { return myqsec_backup_key_export(admin, 0, key, &length); }) == MYQSEC_OK);
    myqsec_session_free(admin);
    myqsec_session_free(system);
    REQUIRE(call(
                fork, [&] { return myqsec_close(engine); }, true) == MYQSEC_OK);
    const auto counters_of_first = std::exchange(host.counters, {});
    REQUIRE(call(fork, [&] {
                return myqsec_backup_restore(backup.c_str(), restored.c_str(), key, &root, &options,
                                             &progress, &engine);
            }) == MYQSEC_OK);
    REQUIRE(call(
                fork, [&] { return myqsec_close(engine); }, true) == MYQSEC_OK);
    for (const auto& directory : {restored, host.directory}) {
        if (directory == host.directory) host.counters = counters_of_first;
        REQUIRE(call(fork, [&] { return myqsec_open(directory.c_str(), &root, &options, &engine); }) ==
                MYQSEC_OK);
        REQUIRE(myqsec_system_session(engine, &system) == MYQSEC_OK);
        CHECK(call(fork, [&] { return myqsec_login(system, "admin", password, nullptr, &admin); }) ==
              MYQSEC_OK);
        myqsec_session_free(admin);
        myqsec_session_free(system);
        REQUIRE(call(
                    fork, [&] { return myqsec_close(engine); }, true) == MYQSEC_OK);
    }
}

}  // namespace

TEST_CASE(
    "a child forked in any callback of the host is refused and changes nothing, and its parent goes on") {
    const int stride = test::rounds("MYQSEC_FAULT_STRIDE", 2);
    for (int at = 1;; at += stride) {
        CAPTURE(at);
        HostOfForks host;
        Fork fork{.at = at};
        host.fork = &fork;
        live(host, fork);
        if (fork.child > 0) continue;
        CHECK(at > 10);
        break;
    }
}
