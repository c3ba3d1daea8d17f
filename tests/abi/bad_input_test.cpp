// What hosts, people and disks do wrong: each has its status and its sentence.
#include <csignal>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;
using test::Place;
using test::Tray;
namespace filesystem = std::filesystem;

namespace {

/// Runs in a child process, which ends without any destructor of the parent's; true if it returned true.
template <class Work>
bool in_child(Work&& work) {
    const auto child = ::fork();
    if (child == 0) {
        bool good = false;
        try {
            good = work();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "child: %s\n", error.what());
        }
        ::_exit(good ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// No file may grow beyond this while it lives, as on a full disk.
class LargestFile {
 public:
    explicit LargestFile(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    LargestFile(const LargestFile&) = delete;
    LargestFile& operator=(const LargestFile&) = delete;
    ~LargestFile() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_);
    }

 private:
    rlimit before_{};
    void (*signal_)(int);
};

}  // namespace

TEST_CASE("an unknown user gets the answer of a wrong password, and is not found by an administrator") {
    Host host;
    myqsec_session* session = nullptr;
    CHECK_FAILS(myqsec_login(host.system->get(), "jana", "wrong wrong wrong", nullptr, &session),
                MYQSEC_ERR_AUTHENTICATION, "");
    const std::string wrong = myqsec_last_error();
    CHECK_FAILS(myqsec_login(host.system->get(), "nobody", "wrong wrong wrong", nullptr, &session),
                MYQSEC_ERR_AUTHENTICATION, wrong);
    CHECK(session == nullptr);
    CHECK(host.login_status("0000") == MYQSEC_ERR_AUTHENTICATION);
    CHECK(host.login_status(nullptr, "nobody", "1234") == MYQSEC_ERR_AUTHENTICATION);

    myqsec_list* list = nullptr;
    CHECK_FAILS(myqsec_user_get(host.admin->get(), 4711, &list), MYQSEC_ERR_NOT_FOUND, "4711");
    std::int64_t id = 0;
    CHECK_FAILS(myqsec_user_find(host.admin->get(), "nobody", &id), MYQSEC_ERR_NOT_FOUND, "user");
    auto fields = host.job_fields(host.secure);
    fields.owner = 4711;
    myqsec_job_writer* writer = nullptr;
    CHECK_FAILS(myqsec_job_submit(host.system->get(), &fields, &writer), MYQSEC_ERR_NOT_FOUND, "4711");
    CHECK(writer == nullptr);
}

TEST_CASE("wrong PINs lock the account out for a time, for the right PIN too") {
    Host host;
    const std::string wrong = host.pin == "123987" ? "123986" : "123987";
    for (int i = 0; i < 5; ++i)
        CHECK_FAILS(host.login_status(nullptr, "jana", wrong.c_str()), MYQSEC_ERR_AUTHENTICATION, "");
    CHECK_FAILS(host.login_status(nullptr, "jana", host.pin.c_str()), MYQSEC_ERR_LOCKED_OUT,
                "try again later, or log in another way");
    myqsec_login_refusal refusal = MYQSEC_LOGIN_REFUSAL_INIT;
    CHECK(myqsec_last_refusal(&refusal) == MYQSEC_OK);
    CHECK(refusal.scope == MYQSEC_LOCK_DEVICE);
    CHECK(refusal.until == host.now + 60'000);
    CHECK(refusal.methods == 0);
    const auto locks = host.admin->list(myqsec_lock_list, &test::most_rows);
    CHECK(locks.size() == 2);
    CHECK(host.count("user.locked") >= 1);
    CHECK(host.count("session.login-failed") >= 5);
    host.now += 60'000;
    CHECK(host.login_status(nullptr, "jana", host.pin.c_str()) == MYQSEC_ERR_LOCKED_OUT);
    CHECK(myqsec_job_delete(host.admin->get(), 4711) == MYQSEC_ERR_NOT_FOUND);
    CHECK(myqsec_last_refusal(&refusal) == MYQSEC_OK);
    CHECK(refusal.scope == MYQSEC_LOCK_NONE);
    host.running += 60'000;
    CHECK(host.login_status(nullptr, "jana", host.pin.c_str()) == MYQSEC_OK);
}

TEST_CASE("an expired session does nothing more, and its end clears the device's memory") {
    Host host;
    const auto job = host.submit(host.secure, "late");
    const auto jana = host.by_card();
    host.now += 61'000;
    Tray tray;
    CHECK_FAILS(Host::release(jana, job, tray), MYQSEC_ERR_SESSION_ENDED, "session");
    CHECK(tray.printed.empty());
    host.system->tick();
    CHECK(host.cleared == 1);
    CHECK(host.state(job) == "pending-held");
}

TEST_CASE("another user's job cannot be told from one that does not exist") {
    Host host;
    const auto job = host.submit(host.secure, "jana's own");
    const auto eve = host.by_card("04ffffff");
    std::string unknown;
    for (const auto id : {job + 1000, job}) {
        Tray tray;
        const auto named = std::to_string(id);
        myqsec_list* list = nullptr;
        myqsec_job_reader* reader = nullptr;
        CHECK_FAILS(Host::release(eve, id, tray), MYQSEC_ERR_NOT_FOUND, named);
        CHECK_FAILS(myqsec_job_get(eve.get(), id, &list), MYQSEC_ERR_NOT_FOUND, named);
        CHECK_FAILS(myqsec_job_cancel(eve.get(), id), MYQSEC_ERR_NOT_FOUND, named);
        CHECK_FAILS(myqsec_job_delete(eve.get(), id), MYQSEC_ERR_NOT_FOUND, named);
        CHECK_FAILS(myqsec_job_open(eve.get(), id, &reader), MYQSEC_ERR_NOT_FOUND, named);
        std::string sentence = myqsec_last_error();
        sentence.replace(sentence.find(named), named.size(), "N");
        if (unknown.empty()) unknown = sentence;
        CHECK(sentence == unknown);
        CHECK(tray.printed.empty());
    }
    CHECK(eve.list(myqsec_job_list, nullptr, nullptr).size() == 0);
    CHECK(host.state(job) == "pending-held");
}

TEST_CASE("a job already released, or being released, is not released a second time") {
    Host host;
    const auto job = host.submit(host.privately, "once");
    const auto jana = host.by_card();
    const auto elsewhere = host.system->login("jana", Host::password);
    Tray tray, second, third;
    tray.during_write =
        [&] {  // another thread: from this one it would be a call on the job from its own sink
            std::thread([&] {
                CHECK_FAILS(Host::release(elsewhere, job, second), MYQSEC_ERR_NOT_POSSIBLE,
                            std::to_string(job));
            }).join();
        };
    CHECK(Host::release(jana, job, tray) == MYQSEC_OK);
    CHECK_FAILS(Host::release(jana, job, third), MYQSEC_ERR_NOT_FOUND, std::to_string(job));
    CHECK(tray.printed == "once");
    CHECK(second.printed.empty());
    CHECK(third.printed.empty());
    CHECK(host.count("job.released") == 1);
}

TEST_CASE("a disk that fills up while spooling fails the job alone, and takes the next when there is room") {
    Host host;
    const auto kept = host.submit(host.secure, "kept");
    {
        const LargestFile disk(2'000'000);
        const auto fields = host.job_fields(host.secure);
        auto writer = host.system->submit(fields);
        const std::string piece(100'000, 'x');
        auto status = MYQSEC_OK;
        myqsec_job_writer* raw = nullptr;
        REQUIRE(myqsec_job_submit(host.system->get(), &fields, &raw) == MYQSEC_OK);
        for (int i = 0; i < 40 && status == MYQSEC_OK; ++i) {
            status = static_cast<decltype(status)>(myqsec_job_writer_write(raw, piece.data(), piece.size()));
        }
        CHECK_FAILS(status, MYQSEC_ERR_NO_SPACE, "");
        std::int64_t job = 0;
        CHECK(myqsec_job_writer_finish(raw, &job) != MYQSEC_OK);
        CHECK(job == 0);
        myqsec_job_writer_free(raw);
    }
    CHECK(host.jobs().size() == 1);
    CHECK(host.admin->list(myqsec_job_list, nullptr, nullptr).size() == 1);
    Tray tray, next;
    const auto after = host.submit(host.secure, "after");
    const auto jana = host.by_card();
    CHECK(Host::release(jana, kept, tray) == MYQSEC_OK);
    CHECK(Host::release(jana, after, next) == MYQSEC_OK);
    CHECK(tray.printed + next.printed == "keptafter");
}

TEST_CASE("a reader that aborts leaves nothing that opens, and a job that is not finished no trace") {
    Host host;
    const std::vector<std::uint8_t> key(MYQSEC_CONTAINER_KEY_SIZE, 1);
    myqsec_container_keys keys = MYQSEC_CONTAINER_KEYS_INIT;
    keys.wrapping_key = key.data();
    const auto read = [](void* context, void* data, std::size_t* length) {
        if (++*static_cast<int*>(context) == 2) return 1;
        std::fill_n(static_cast<char*>(data), *length, 'x');
        return 0;
    };
    const auto write = [](void* context, const void* data, std::size_t length) {
        static_cast<std::string*>(context)->append(static_cast<const char*>(data), length);
        return 0;
    };
    int calls = 0;
    std::string sealed;
    CHECK_FAILS(myqsec_container_seal(&keys, read, &calls, write, &sealed), MYQSEC_ERR_CALLBACK, "read");
    std::istringstream half(sealed);
    std::ostringstream opened;
    CHECK_THROWS_AS(open(keys, half, opened), Error);

    {
        auto writer = host.system->submit(host.job_fields(host.secure));
        writer.write(std::string(300'000, 'x'));
    }
    CHECK(host.jobs().empty());
    CHECK(host.admin->list(myqsec_job_list, nullptr, nullptr).size() == 0);
    CHECK(host.count("job.held") == 0);
}

TEST_CASE("a sink that fails after half keeps the job held, and is told to discard what came") {
    Host host;
    const std::string document(400'000, 'x');
    const auto job = host.submit(host.privately, document);
    const auto jana = host.by_card();
    Tray tray;
    tray.fail_beyond = document.size() / 2;
    CHECK_FAILS(Host::release(jana, job, tray), MYQSEC_ERR_CALLBACK, "sink");
    CHECK(tray.printed.size() > 0);
    CHECK(tray.aborted);
    CHECK(!tray.finished);
    CHECK(host.state(job) == "pending-held");
    CHECK(host.count("job.release-failed") == 1);
    Tray whole;
    CHECK(Host::release(jana, job, whole) == MYQSEC_OK);
    CHECK(whole.printed == document);
}

TEST_CASE(
    "a kill at any moment leaves finished jobs whole, unfinished ones nowhere, and output that was "
    "interrupted marked") {
    Host host;
    const auto whole = host.submit(host.secure, std::string(100'000, 'w'));
    const auto interrupted = host.submit(host.secure, std::string(400'000, 'i'));
    host.close();
    const auto child = ::fork();
    if (child == 0) {
        host.reopen();
        host.attach();
        auto writer = host.system->submit(host.job_fields(host.secure));
        writer.write(std::string(300'000, 'x'));
        const auto jana = host.by_card();
        Tray tray;
        tray.during_write = [] { ::kill(::getpid(), SIGKILL); };
        Host::release(jana, interrupted, tray);
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    host.reopen();
    CHECK(host.jobs().size() == 2);
    CHECK(host.admin->list(myqsec_job_list, nullptr, nullptr).size() == 2);
    CHECK(host.admin->list(myqsec_job_get, interrupted).first().text("reasons").find("possibly-printed") !=
          std::string::npos);
    CHECK(host.count("job.possibly-printed") == 1);
    CHECK(host.login_status("04a2241b") == MYQSEC_ERR_DEVICE_LOCKED);  // its memory was not cleared
    host.attach();
    const auto jana = host.by_card();
    for (const auto& [job, expected] :
         {std::pair{whole, std::string(100'000, 'w')}, {interrupted, std::string(400'000, 'i')}}) {
        Tray tray;
        CHECK(Host::release(jana, job, tray) == MYQSEC_OK);
        CHECK(tray.printed == expected);
    }
}

TEST_CASE("altered, cut and swapped documents are refused, and no wrong byte leaves") {
    Host host;
    const std::string document(200'000, 'd');
    const auto first = host.submit(host.secure, document);
    const auto file_of_first = host.jobs().at(0);
    const auto second = host.submit(host.secure, std::string(200'000, 'e'));
    const auto files = host.jobs();
    const auto file_of_second = files[0] == file_of_first ? files[1] : files[0];
    const auto original = test::read_file(file_of_first), other = test::read_file(file_of_second);
    const auto jana = host.by_card();
    const auto refuses = [&](std::int64_t job, const std::string& bytes) {
        test::write_file(file_of_first, bytes);
        Tray tray;
        CHECK_FAILS(Host::release(jana, job, tray), MYQSEC_ERR_CORRUPT, std::to_string(job));
        CHECK(document.compare(0, tray.printed.size(), tray.printed) == 0);
        CHECK(!tray.finished);
        CHECK(host.state(job) == "pending-held");
    };
    auto altered = original;
    altered[original.size() / 2] = static_cast<char>(altered[original.size() / 2] ^ 1);
    refuses(first, altered);
    refuses(first, original.substr(0, original.size() - 1));
    refuses(first, original.substr(0, 100));
    refuses(first, original + '\0');
    refuses(first, other);
    test::write_file(file_of_first, original);
    Tray tray, intact;
    CHECK(Host::release(jana, first, tray) == MYQSEC_OK);
    CHECK(tray.printed == document);
    CHECK(Host::release(jana, second, intact) == MYQSEC_OK);
}

TEST_CASE("a wrong root secret opens nothing and changes nothing") {
    Host host;
    host.close();
    const auto before = host.contents();
    auto wrong = host.root();
    const std::string secret = "0123456789abcdef0123456789abcdeF";
    wrong.secret = reinterpret_cast<const std::uint8_t*>(secret.data());
    myqsec_engine* engine = nullptr;
    CHECK_FAILS(myqsec_open(host.directory.c_str(), &wrong, nullptr, &engine), MYQSEC_ERR_WRONG_KEY, "root");
    wrong.secret_length = 31;
    CHECK_FAILS(myqsec_open(host.directory.c_str(), &wrong, nullptr, &engine), MYQSEC_ERR_INVALID_ARGUMENT,
                "32");
    wrong = host.root();
    wrong.kind = MYQSEC_ROOT_PASSPHRASE;
    CHECK(myqsec_open(host.directory.c_str(), &wrong, nullptr, &engine) != MYQSEC_OK);
    CHECK(engine == nullptr);
    CHECK(host.contents() == before);
    host.reopen();
}

TEST_CASE("a second process, and a second opening in the same one, are told that the instance is in use") {
    Host host;
    const auto second = [&] {
        const auto root = host.root();
        myqsec_engine* engine = nullptr;
        return myqsec_open(host.directory.c_str(), &root, nullptr, &engine);
    };
    CHECK_FAILS(second(), MYQSEC_ERR_IN_USE, host.directory);
    CHECK(in_child([&] { return second() == MYQSEC_ERR_IN_USE; }));
    CHECK(in_child([&] {  // what it inherited is of no use to it, and freeing it harms nobody
        myqsec_list* list = nullptr;
        return myqsec_job_list(host.admin->get(), nullptr, nullptr, &list) == MYQSEC_ERR_FORKED && !list;
    }));
    CHECK(host.state(host.submit(host.secure, "after the child")) == "pending-held");
}

TEST_CASE("missing, foreign and newer folders are told apart") {
    Place place;
    const auto root = place.root();
    myqsec_engine* engine = nullptr;
    CHECK_FAILS(myqsec_open(place.directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_NOT_FOUND,
                place.directory);
    filesystem::create_directory(place.directory);
    CHECK_FAILS(myqsec_open(place.directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_NOT_FOUND,
                place.directory);
    test::write_file(place.directory + "/somebody's.txt", "not ours");
    CHECK_FAILS(myqsec_create(place.directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_EXISTS,
                place.directory);
    CHECK(test::read_file(place.directory + "/somebody's.txt") == "not ours");
}

TEST_CASE(
    "no title costs a job: what it holds that falsifies lists is cleaned, and what is too long is cut") {
    Host host;
    const auto title = [&](const std::string& given) {
        auto fields = host.job_fields(host.secure);
        fields.name = fields.host_name = given.c_str();
        auto writer = host.system->submit(fields);
        writer.write(std::string_view("document"));
        const auto jobs = host.admin->list(myqsec_job_get, writer.finish());
        const auto job = jobs.first();
        return job.text("name") + "|" + job.text("host_name");
    };
    CHECK(title(std::string(70'000, 'j')) == std::string(1023, 'j') + "|" + std::string(255, 'j'));
    CHECK(title("a\nb\x7f") == "a b |a b ");
    CHECK(title("caf\xe9") == "caf\xEF\xBF\xBD|caf\xEF\xBF\xBD");
    CHECK(title("invoice\xE2\x80\xAE"
                "fdp.exe") == "invoicefdp.exe|invoicefdp.exe");
    CHECK(title("cafe\xCC\x81") == "caf\xC3\xA9|caf\xC3\xA9");
}

TEST_CASE("names that are too long, not UTF-8, or hold control characters are refused by name") {
    Host host;
    std::int64_t id = 0;
    myqsec_queue_fields queue = MYQSEC_QUEUE_FIELDS_INIT;
    queue.kind = MYQSEC_QUEUE_SECURE;
    const std::string long_queue(128, 'q'), long_user(256, 'u'), long_text(65'537, 't');
    queue.name = long_queue.c_str();
    CHECK_FAILS(myqsec_queue_create(host.admin->get(), &queue, &id), MYQSEC_ERR_INVALID_ARGUMENT, "127");
    myqsec_user_fields user = MYQSEC_USER_FIELDS_INIT;
    user.user_name = long_user.c_str();
    CHECK_FAILS(myqsec_user_create(host.admin->get(), &user, &id), MYQSEC_ERR_INVALID_ARGUMENT, "255");
    CHECK_FAILS(myqsec_setting_set(host.admin->get(), "login.rights_message", long_text.c_str()),
                MYQSEC_ERR_INVALID_ARGUMENT, "65536");
    for (const char* bad :
         {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\nb", "\x7f", "\xc2\x85"}) {
        user.user_name = queue.name = bad;
        CHECK_FAILS(myqsec_user_create(host.admin->get(), &user, &id), MYQSEC_ERR_INVALID_ARGUMENT,
                    "user_name");
        CHECK_FAILS(myqsec_queue_create(host.admin->get(), &queue, &id), MYQSEC_ERR_INVALID_ARGUMENT, "name");
        CHECK(host.login_status(bad) == MYQSEC_ERR_INVALID_ARGUMENT);
    }
    user.user_name = queue.name = "";
    CHECK(myqsec_user_create(host.admin->get(), &user, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(myqsec_queue_create(host.admin->get(), &queue, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(id == 0);
}

TEST_CASE("a buffer that is too small learns the size it needs, and nothing has changed") {
    Host host;
    char pin[64] = "?";
    std::size_t length = 3;
    const auto changed = host.count("credential.changed");
    CHECK_FAILS(myqsec_user_generate_pin(host.admin->get(), host.jana, nullptr, pin, &length),
                MYQSEC_ERR_BUFFER_TOO_SMALL, "");
    CHECK(length > 3);
    CHECK(length <= 32);
    CHECK(std::string(pin) == "?");
    CHECK(host.count("credential.changed") == changed);
    CHECK(host.login_status(nullptr, nullptr, host.pin.c_str()) == MYQSEC_OK);
    CHECK(myqsec_user_generate_pin(host.admin->get(), host.jana, nullptr, pin, &length) == MYQSEC_OK);
    CHECK(length == std::string(pin).size() + 1);

    std::size_t certificate = 1, key = 1;
    char small[1];
    CHECK(myqsec_certificate_create(MYQSEC_KEY_ECDSA_P256, "archive", host.now, host.now + 86'400'000,
                                    nullptr, small, &certificate, small,
                                    &key) == MYQSEC_ERR_BUFFER_TOO_SMALL);
    CHECK(certificate > 100);
    CHECK(key > 100);
}

TEST_CASE("sizes of structs are believed only if they can be true") {
    Host host;
    struct Later {
        myqsec_user_fields fields;
        std::uint64_t unknown[4];
    };
    Later later{MYQSEC_USER_FIELDS_INIT, {}};
    std::int64_t id = 0;
    const auto create = [&](std::uint32_t size) {
        static int number = 0;
        const auto name = "user" + std::to_string(++number);
        later.fields.struct_size = size;
        later.fields.user_name = name.c_str();
        return myqsec_user_create(host.admin->get(), &later.fields, &id);
    };
    for (const std::uint32_t size : {0U, 1U, 4U, static_cast<unsigned>(sizeof(myqsec_user_fields)) - 1, 4097U,
                                     0x7FFFFFFFU, 0xFFFFFFFFU}) {
        CHECK_FAILS(create(size), MYQSEC_ERR_INVALID_ARGUMENT, "struct_size");
    }
    CHECK(create(sizeof later) == MYQSEC_OK);
    later.unknown[3] = std::uint64_t{1} << 63;
    CHECK_FAILS(create(sizeof later), MYQSEC_ERR_INVALID_ARGUMENT, "fields");
    CHECK(create(sizeof(myqsec_user_fields)) == MYQSEC_OK);
}

TEST_CASE("callbacks that call back are refused, but a sink may use other sessions") {
    Host host;
    const auto job = host.submit(host.secure, "document");
    const auto other = host.submit(host.secure, "other");
    auto jana = std::make_unique<Session>(host.by_card());
    const auto elsewhere = host.system->login("jana", Host::password);
    Tray tray;
    int calls = 0;
    tray.during_write = [&] {
        ++calls;
        myqsec_list* list = nullptr;
        CHECK_FAILS(myqsec_job_list(jana->get(), nullptr, nullptr, &list), MYQSEC_ERR_REENTRANT, "session");
        CHECK_FAILS(myqsec_logout(jana->get()), MYQSEC_ERR_REENTRANT, "session");
        CHECK(myqsec_job_cancel(elsewhere.get(), job) == MYQSEC_ERR_REENTRANT);
        CHECK(myqsec_close(host.engine->get()) == MYQSEC_ERR_BUSY);
        Tray nested;
        CHECK(Host::release(elsewhere, other, nested) == MYQSEC_OK);
        CHECK(nested.printed == "other");
    };
    CHECK(Host::release(*jana, job, tray) == MYQSEC_OK);
    CHECK(tray.printed == "document");
    host.during_clear = [&] {
        ++calls;
        CHECK_FAILS(myqsec_tick(host.system->get(), nullptr), MYQSEC_ERR_REENTRANT, "callback");
    };
    jana.reset();
    host.during_clock = [&] {
        host.during_clock = nullptr;
        ++calls;
        CHECK(myqsec_tick(host.system->get(), nullptr) == MYQSEC_ERR_REENTRANT);
    };
    host.system->tick();
    CHECK(calls == 3);
}
