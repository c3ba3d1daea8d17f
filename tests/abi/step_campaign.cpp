// A process of its own killed with kill -9 before each call that changes a file, while it completes erasures,
// converts or rotates, backs up or restores: every second time the process that opens the instance afterwards
// is killed, too. The next opening finishes or undoes; nothing acknowledged is lost and no document is half
// there. MYQSEC_SECONDS sets the time that each is given: 0 for every step.
#include "abi/killed_process.hpp"
#include "abi/life.hpp"
#include "base/campaign.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

/// A kind of work: what it starts from, what the process does that is killed, what must be so afterwards.
class Work {
 public:
    virtual ~Work() = default;
    virtual void prepare(Host&) {}
    /// Says each thing that it has done for good with done().
    virtual void act(Host& host, const std::function<void()>& done) = 0;
    virtual void check(Host& host, int acknowledged) = 0;
    /// Opens the instance again in any way that the interrupted work may have left.
    virtual void reopen(Host& host) { host.reopen(); }
};

std::string printed(const Host& host, std::int64_t job) {
    Tray tray;
    CHECK_MESSAGE(Host::release(*host.admin, job, tray) == MYQSEC_OK, std::string(myqsec_last_error()));
    return tray.printed;
}

void settle(const Host& host) {
    for (int i = 0; i < 1000 && host.converts(); ++i)
        host.system->tick();
    CHECK_FALSE(host.converts());
}

class Campaign {
 public:
    Campaign(const char* name, Work& work) : name_(name), work_(work) {}

    void run() {
        host().reopen();
        work_.prepare(host());
        host().close();
        filesystem::copy(host().folder.path(), kept(), filesystem::copy_options::recursive);
        const auto count = killed_at(0, false);
        const Spread points(count);
        const Deadline deadline(3);
        std::uint64_t done = 0;
        for (; done < count && !deadline.passed(); ++done)
            killed_at(points.at(done), done % 2 == 1);
        std::printf("%s: %llu of %llu points\n", name_, static_cast<unsigned long long>(done),
                    static_cast<unsigned long long>(count));
        CHECK(count > 3);
        CHECK(done > 0);
    }

 private:
    Host& host() { return from_.host; }
    [[nodiscard]] std::string kept() const { return aside_.path() + "/kept"; }

    void restore_files() {
        filesystem::remove_all(host().directory);
        for (const auto& entry : filesystem::directory_iterator(host().folder.path()))
            filesystem::remove_all(entry.path());
        filesystem::copy(kept(), host().folder.path(), filesystem::copy_options::recursive);
    }

    /// Returns how many steps there were.
    std::uint64_t killed_at(std::uint64_t step, bool twice) {
        CAPTURE(std::string(name_));
        CAPTURE(step);
        CAPTURE(twice);
        auto host_before = std::pair(host().directory, host().secret);
        restore_files();
        *acknowledged_ = 0;
        process_.run(
            step, [&] { host().reopen(); }, [&] { work_.act(host(), [&] { ++*acknowledged_; }); });
        const auto steps = process_.steps();
        // Killed while it recovers: at another step each time.
        if (twice)
            process_.run(
                step % 23 + 1, [] {}, [&] { work_.reopen(host()); });
        work_.reopen(host());
        for (const auto finding : host().engine->findings()) {
            const std::string code(finding.text("code"));
            CAPTURE(code);
            CHECK((code == "orphan-documents" || code == "job-possibly-printed"));
        }
        host().attach();
        settle(host());
        work_.check(host(), *acknowledged_);
        check_rest();
        host().close();
        std::tie(host().directory, host().secret) = host_before;
        return steps;
    }

    /// The documents that no work touches, and the audit log.
    void check_rest() {
        CHECK(printed(host(), from_.kept) == Beginnings::document(1, 70'000));
        CHECK(printed(host(), from_.reprinted) == Beginnings::document(3, 65'536));
        std::int64_t sequence = 0;
        for (const auto event : host().admin->list(myqsec_audit_list, nullptr, &most_rows))
            CHECK(event.integer("sequence") == ++sequence);
    }

    const char* name_;
    Work& work_;
    TemporaryFolder aside_;
    Beginnings from_;
    SharedMemory<int> acknowledged_;
    KilledProcess process_;
};

// --- the kinds of work

struct Erasing : Work {
    explicit Erasing(std::int64_t printed_last, std::int64_t deleted)
        : secret(printed_last), removed(deleted) {}
    void act(Host& host, const std::function<void()>& done) override {
        host.attach();
        Tray tray;
        myqsec::check(Host::release(host.by_card(), secret, tray));
        done();
        myqsec::check(myqsec_user_delete(host.admin->get(), host.eve));
        done();
        myqsec::check(myqsec_job_delete(host.admin->get(), removed));
        done();
        myqsec::check(myqsec_keys_complete_erasures(host.admin->get()));
        done();
    }
    void check(Host& host, int acknowledged) override {
        const auto users = host.admin->list(myqsec_user_list, nullptr, nullptr).size();
        CHECK((users == 2 || users == 3));
        if (acknowledged >= 1) CHECK_FALSE(host.has_job(secret));
        if (acknowledged >= 2) CHECK(users == 2);
        if (acknowledged >= 3) CHECK_FALSE(host.has_job(removed));
        if (host.has_job(secret)) CHECK(printed(host, secret) == Beginnings::document(2, 500));
        if (host.has_job(removed)) CHECK(printed(host, removed).empty());
        myqsec::check(myqsec_keys_complete_erasures(host.admin->get()));
        CHECK(host.admin->list(myqsec_keys_status).first().integer("waiting") == 0);
    }
    std::int64_t secret, removed;
};

struct RotatingRoot : Work {
    std::string fresh = "fedcba9876543210fedcba9876543210";
    bool taken = false;
    void act(Host& host, const std::function<void()>& done) override {
        auto root = host.root();
        root.secret = reinterpret_cast<const std::uint8_t*>(fresh.data());
        myqsec::check(myqsec_keys_rotate_root(host.admin->get(), &root));
        done();
    }
    /// One of both opens it, and the other one does not.
    void reopen(Host& host) override {
        const auto old = host.secret;
        host.engine.reset();
        const auto opens = [&](const std::string& secret) {
            host.secret = secret;
            const auto root = host.root();
            myqsec_engine* engine = nullptr;
            const auto options = host.options();
            const auto status = myqsec_open(host.directory.c_str(), &root, &options, &engine);
            if (status == MYQSEC_OK) return myqsec_close(engine) == MYQSEC_OK;
            CHECK(status == MYQSEC_ERR_WRONG_KEY);
            return false;
        };
        taken = opens(fresh);
        CHECK(opens(old) != taken);
        host.secret = taken ? fresh : old;
        host.reopen();
    }
    void check(Host&, int acknowledged) override {
        if (acknowledged > 0) CHECK(taken);
    }
};

struct RotatingTree : Work {
    void act(Host& host, const std::function<void()>& done) override {
        myqsec::check(myqsec_keys_rotate_tree(host.admin->get()));
        done();
    }
    void check(Host& host, int acknowledged) override {
        if (acknowledged > 0) CHECK(host.count("key.rotated") == 1);
    }
};

struct RotatingLookup : Work {
    void act(Host& host, const std::function<void()>& done) override {
        host.attach();
        for (int i = 0; i < 2; ++i) {
            myqsec::check(myqsec_keys_rotate_lookup(host.admin->get()));
            done();
            static_cast<void>(host.by_card());  // hashed anew
        }
        myqsec::check(myqsec_setting_set(host.admin->get(), "lookup.retention", "0s"));
        for (int i = 0; i < 4; ++i)
            host.system->tick();
        done();
    }
    void check(Host& host, int acknowledged) override {
        CHECK(host.login_status("04a2241b") == MYQSEC_OK);
        if (acknowledged < 2) CHECK(host.login_status("04ffffff") == MYQSEC_OK);
        if (acknowledged < 2) CHECK(host.login_status(nullptr, nullptr, host.pin.c_str()) == MYQSEC_OK);
        if (acknowledged == 3) CHECK(host.login_status("04ffffff") == MYQSEC_ERR_AUTHENTICATION);
        if (acknowledged == 3) CHECK(host.count("key.destroyed") == 2);
        CHECK(host.count("key.rotated") >= static_cast<std::size_t>(std::min(acknowledged, 2)));
    }
};

struct RotatingDatabase : Work {
    explicit RotatingDatabase(const char* which) : database(which) {}
    void act(Host& host, const std::function<void()>& done) override {
        myqsec::check(myqsec_keys_rotate_database(host.admin->get(), database));
        done();
        settle(host);
        done();
    }
    void check(Host& host, int acknowledged) override {
        for (const auto row : host.admin->list(myqsec_encryption_status)) {
            if (row.text("what") == database && acknowledged > 0) CHECK(row.integer("key_version") == 2);
        }
    }
    const char* database;
};

struct Switching : Work {
    explicit Switching(bool to_on) : on(to_on) {}
    void prepare(Host& host) override {
        if (!on) return;
        switch_all(host, 0);
        settle(host);
    }
    void act(Host& host, const std::function<void()>& done) override {
        switch_all(host, on ? 1 : 0);
        done();
        settle(host);
        done();
    }
    void check(Host& host, int acknowledged) override {
        for (const auto row : host.admin->list(myqsec_encryption_status)) {
            if (acknowledged > 0) CHECK(row.text("encryption") == (on ? "on" : "off"));
        }
    }
    static void switch_all(const Host& host, int to) {
        for (const auto* which : {"main", "log"})
            myqsec::check(myqsec_encryption_set(host.admin->get(), which, to));
    }
    bool on;
};

struct KeyOfBackup {
    char text[MYQSEC_BACKUP_KEY_MAX] = {};
    void take(const Host& host) {
        std::size_t length = sizeof text;
        myqsec::check(myqsec_backup_key_export(host.admin->get(), 0, text, &length));
    }
    myqsec_status restore(Host& host, const std::string& from, const std::string& to) const {
        const auto root = host.root();
        const auto options = host.options();
        myqsec_engine* engine = nullptr;
        const auto status =
            myqsec_backup_restore(from.c_str(), to.c_str(), text, &root, &options, nullptr, &engine);
        if (status == MYQSEC_OK) myqsec::check(myqsec_close(engine));
        return status;
    }
};

struct BackingUp : Work {
    void act(Host& host, const std::function<void()>& done) override {
        myqsec::check(myqsec_backup_create(host.admin->get(), place(host).c_str(), nullptr, nullptr));
        done();
    }
    /// Goes on with what the backup holds, if it is one.
    void check(Host& host, int acknowledged) override {
        const bool whole = filesystem::exists(place(host) + "/backup");
        if (acknowledged > 0) CHECK(whole);
        if (!whole) return;
        KeyOfBackup key;
        key.take(host);
        const auto restored = host.folder.path() + "/restored";
        CHECK(key.restore(host, place(host), restored) == MYQSEC_OK);
        host.close();
        host.directory = restored;
        host.reopen();
        host.attach();
    }
    static std::string place(const Host& host) { return host.folder.path() + "/backup"; }
};

struct Restoring : Work {
    KeyOfBackup key;
    void prepare(Host& host) override {
        myqsec::check(
            myqsec_backup_create(host.admin->get(), BackingUp::place(host).c_str(), nullptr, nullptr));
        key.take(host);
    }
    void act(Host& host, const std::function<void()>& done) override {
        myqsec::check(key.restore(host, BackingUp::place(host), place(host)));
        done();
    }
    /// What is not there yet opens in no way, and can be restored all the same.
    void reopen(Host& host) override {
        if (host.engine) host.close();
        const auto root = host.root();
        const auto options = host.options();
        const auto restored = place(host);
        myqsec_engine* engine = nullptr;
        const auto status = myqsec_open(restored.c_str(), &root, &options, &engine);
        if (status == MYQSEC_OK) {
            myqsec::check(myqsec_close(engine));
        } else {
            CHECK(status == MYQSEC_ERR_NOT_FOUND);
            myqsec::check(key.restore(host, BackingUp::place(host), restored));
        }
        host.directory = restored;
        host.reopen();
    }
    void check(Host& host, int) override {
        CHECK(host.count("instance.restored") >= 1);
        CHECK(host.count("audit.key-rotated") >= 1);
        for (const auto row : host.admin->list(myqsec_encryption_status))
            CHECK(row.integer("key_version") >= 2);
    }
    static std::string place(const Host& host) {
        const auto& path = host.folder.path();
        return path + "/restored";
    }
};

void kill_everywhere(const char* name, Work&& work) {
    Campaign(name, work).run();
}

}  // namespace

TEST_CASE("erasures and their turn, killed at each step, are finished or were never promised") {
    const Beginnings same;  // the jobs' numbers are alike in each
    kill_everywhere("erasing", Erasing(same.secret, same.deleted));
}
TEST_CASE("a root key's rotation, killed at each step, leaves the instance to one of both keys") {
    kill_everywhere("rotating the root key", RotatingRoot());
}
TEST_CASE("the key tree's rotation, killed at each step, loses no key") {
    kill_everywhere("rotating the key tree", RotatingTree());
}
TEST_CASE("the look-up keys' rotation, killed at each step, locks nobody out") {
    kill_everywhere("rotating the look-up keys", RotatingLookup());
}
TEST_CASE("a database key's rotation, killed at each step, goes on to its end") {
    kill_everywhere("rotating the main database's key", RotatingDatabase("main"));
    kill_everywhere("rotating the log database's key", RotatingDatabase("log"));
}
TEST_CASE("a conversion, killed at each step, goes on to its end") {
    kill_everywhere("switching encryption off", Switching(false));
    kill_everywhere("switching encryption on", Switching(true));
}
TEST_CASE("a backup, killed at each step, is whole or none") {
    kill_everywhere("backing up", BackingUp());
}
TEST_CASE("a restoring, killed at each step, can be repeated or is complete") {
    kill_everywhere("restoring", Restoring());
}
