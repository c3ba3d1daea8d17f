// An opening that fails leaves every byte as it is: whoever brings the right files or the right key finds
// what there was.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/engine.hpp"
#include "crypto/random.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

/// A closed instance, and one of its earlier states.
class Shelved {
 public:
    Shelved() {
        host.submit(host.secure, "early");
        host.close();
        filesystem::copy(host.directory, early(), filesystem::copy_options::recursive);
        host.reopen();
        for (int i = 0; i < 3; ++i)
            host.submit(host.secure, "late");
        host.close();
        filesystem::copy(host.directory, sound(), filesystem::copy_options::recursive);
    }
    static constexpr std::size_t in_the_middle = SIZE_MAX;
    void put_back(const std::string& name) { write_file(at(name), read_file(early() + "/" + name)); }
    void flip(const std::string& name, std::size_t offset) {
        auto bytes = read_file(at(name));
        if (offset == in_the_middle) offset = bytes.size() / 2;
        REQUIRE(offset < bytes.size());
        bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
        write_file(at(name), bytes);
    }
    [[nodiscard]] std::string at(const std::string& name) const { return host.directory + "/" + name; }
    myqsec_status open() {
        const auto root = host.root();
        const auto options = host.options();
        myqsec_engine* engine = nullptr;
        const auto status = myqsec_open(host.directory.c_str(), &root, &options, &engine);
        if (status == MYQSEC_OK) check(myqsec_close(engine));
        return status;
    }
    void make_sound() {
        filesystem::remove_all(host.directory);
        filesystem::copy(sound(), host.directory, filesystem::copy_options::recursive);
    }

    Host host;

 private:
    [[nodiscard]] std::string early() const { return host.folder.path() + "/early"; }
    [[nodiscard]] std::string sound() const { return host.folder.path() + "/sound"; }
};

}  // namespace

TEST_CASE("an opening that fails changes nothing") {
    Shelved shelf;
    constexpr std::size_t second_page = 4096 + 100;
    const std::pair<const char*, std::function<void()>> faults[] = {
        {"wrong key", [&] { shelf.host.secret.back() ^= 1; }},
        {"main.db", [&] { shelf.flip("main.db", second_page); }},
        {"main.db-wal", [&] { shelf.flip("main.db-wal", Shelved::in_the_middle); }},
        {"no main.db-wal", [&] { filesystem::remove(shelf.at("main.db-wal")); }},
        {"no main.db-wal, but a new one",
         [&] { filesystem::rename(shelf.at("main.db-wal"), shelf.at("main.db.new-wal")); }},
        {"a new main.db-wal, and main.db",
         [&] {
             write_file(shelf.at("main.db.new-wal"), "planted");
             shelf.flip("main.db", second_page);
         }},
        {"log.db", [&] { shelf.flip("log.db", second_page); }},
        {"log.db-wal", [&] { shelf.flip("log.db-wal", Shelved::in_the_middle); }},
        {"an earlier main.db",
         [&] {
             shelf.put_back("main.db");
             shelf.put_back("main.db-wal");
         }},
        {"an earlier log.db",
         [&] {
             shelf.put_back("log.db");
             shelf.put_back("log.db-wal");
         }},
        {"a slot of the keystore, and log.db-wal",
         [&] {
             shelf.flip("keystore", 100);
             shelf.flip("log.db-wal", Shelved::in_the_middle);
         }},
        {"unfinished, and log.db-wal",
         [&] {
             write_file(shelf.at("unfinished"), "");
             shelf.flip("log.db-wal", Shelved::in_the_middle);
         }},
    };
    const auto secret = shelf.host.secret;
    int failed = 0;
    for (const auto& fault : faults) {
        CAPTURE(std::string(fault.first));
        shelf.make_sound();
        fault.second();
        const auto before = shelf.host.contents();
        const auto status = shelf.open();
        CHECK(status != MYQSEC_OK);
        CHECK(status != MYQSEC_ERR_INTERNAL);
        const auto after = shelf.host.contents();
        REQUIRE(after.size() == before.size());
        for (std::size_t i = 0; i < before.size(); ++i) {
            CAPTURE(before[i].substr(0, before[i].find(':')));
            CHECK((after[i] == before[i]));
        }
        failed += status != MYQSEC_OK ? 1 : 0;
        shelf.host.secret = secret;
    }
    std::printf("openings that failed and changed nothing: %d\n", failed);
}

TEST_CASE("a creation replaces no instance that was opened once, whatever lies beside it") {
    Shelved shelf;
    const std::pair<const char*, std::function<void()>> plants[] = {
        {"nothing more", [] {}},
        {"another root key", [&] { shelf.host.secret.back() ^= 1; }},
        {"one slot damaged", [&] { shelf.flip("keystore", 100); }},
        {"no keystore that can be read", [&] { write_file(shelf.at("keystore"), "MYQSECK"); }},
        {"no keystore", [&] { filesystem::remove(shelf.at("keystore")); }},
        {"no mark", [&] { filesystem::remove(shelf.at("jobs/.mark")); }},
        {"no documents, as without their volume",
         [&] {
             filesystem::remove_all(shelf.at("jobs"));
             filesystem::create_directory(shelf.at("jobs"));
         }},
    };
    const auto secret = shelf.host.secret;
    for (const auto& [name, plant] : plants) {
        const std::string planted = name;
        CAPTURE(planted);
        shelf.make_sound();
        plant();
        write_file(shelf.at("unfinished"), "");
        const auto before = shelf.host.contents();
        const auto root = shelf.host.root();
        const auto options = shelf.host.options();
        myqsec_engine* engine = nullptr;
        CHECK(myqsec_create(shelf.host.directory.c_str(), &root, &options, &engine) == MYQSEC_ERR_EXISTS);
        const bool same = shelf.host.contents() == before;
        CHECK(same);
        shelf.host.secret = secret;
    }
    shelf.make_sound();
    write_file(shelf.at("unfinished"), "");
    shelf.host.reopen();
    CHECK(shelf.host.admin->list(myqsec_job_list, nullptr, nullptr).size() == 4);
    CHECK_FALSE(filesystem::exists(shelf.at("unfinished")));
}

TEST_CASE("a log that somebody put beside a database takes the place of none") {
    Shelved shelf;
    write_file(shelf.at("main.db.new-wal"), "planted");
    CHECK(shelf.open() == MYQSEC_OK);
    CHECK(read_file(shelf.at("main.db.new-wal")) == "planted");
    shelf.host.reopen();
    CHECK(shelf.host.admin->list(myqsec_job_list, nullptr, nullptr).size() == 4);
}

TEST_CASE("a process that may open no more files is told so") {
    Shelved shelf;
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // The generator is reseeded in a child; the sanitizers, which look at it then, need a file for that.
        (void)crypto::random_secret(32);
        rlimit few{64, 64};
        int wrong = ::setrlimit(RLIMIT_NOFILE, &few) == 0 ? 0 : 1;
        std::vector<int> taken;
        for (int file = ::open("/dev/null", O_RDONLY); file >= 0; file = ::open("/dev/null", O_RDONLY))
            taken.push_back(file);
        // One more each time, until it opens.
        while (!taken.empty() && shelf.open() != MYQSEC_OK) {
            const std::string said = myqsec_last_error();
            if (said.find("Too many open files") == std::string::npos) {
                std::fprintf(stderr, "%s\n", said.c_str());
                ++wrong;
            }
            ::close(taken.back());
            taken.pop_back();
        }
        ::_exit(wrong);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
