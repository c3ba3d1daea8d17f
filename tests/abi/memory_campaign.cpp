// The memory of a host that has used an instance, searched for every secret that passed through it: while the
// instance is open, and after it was closed. What a core dump would hold is what counts; keys in use lie in
// memory that core dumps leave out. The secrets are made after the fork and come to the host through a pipe,
// so that it has them from nowhere else; it wipes its own copies, as hosts should.
#include <cstring>

#include <doctest/doctest.h>
#include <myqsec/myqsec.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "abi/memory_scan.hpp"
#include "base/clock.hpp"
#include "base/temporary_folder.hpp"
#include "crypto/random.hpp"
#include "storage/vault.hpp"

using namespace myqsec;
using test::MemoryImage;

namespace {

/// What the host is told, and what it tells.
struct Secrets {
    std::uint8_t root[32];
    char password[48];
    char wrong_password[48];
    char document[64];  // repeated to fill a job
    char name[48];
    char left_behind[48];
    char host_secret[2048];  // as a private key is large
    // From the library:
    char first_password[64];
    char pin[32];
    char ticket[MYQSEC_TICKET_ROOM];
};

void send_all(int channel, const void* data, std::size_t size) {
    if (::write(channel, data, size) != static_cast<ssize_t>(size)) ::_exit(70);
}
void receive_all(int channel, void* data, std::size_t size) {
    auto* to = static_cast<char*>(data);
    while (size > 0) {
        const auto got = ::read(channel, to, size);
        if (got <= 0) ::_exit(71);
        to += got;
        size -= static_cast<std::size_t>(got);
    }
}

// --- the host ---

class HostProcess {
 public:
    HostProcess(int channel, std::string directory) : channel_(channel), directory_(std::move(directory)) {}

    [[noreturn]] void run() {
        receive_all(channel_, &secrets_, sizeof secrets_);
        left_behind_ = secrets_.left_behind;  // the control: the search must find it
        std::memset(secrets_.left_behind, 0, sizeof secrets_.left_behind);
        use();
        send_all(channel_, &secrets_, sizeof secrets_);
        ::explicit_bzero(&secrets_, sizeof secrets_);
        pause_for_search();  // a document is coming in, another going out
        myqsec_job_writer_free(coming_);
        myqsec_job_reader_free(going_);
        pause_for_search();  // open, with a session logged in
        myqsec_session_free(admin_);
        myqsec_session_free(system_);
        must(myqsec_close(engine_));
        pause_for_search();  // closed
        ::_exit(left_behind_.empty() ? 1 : 0);
    }

 private:
    static void must(myqsec_status status) {
        if (status == MYQSEC_OK) return;
        std::fprintf(stderr, "host: %s: %s\n", myqsec_status_name(status), myqsec_last_error());
        ::_exit(72);
    }

    static int give_root(void* context, std::uint8_t* key, std::uint8_t*, std::size_t* length) {
        std::memcpy(key, static_cast<HostProcess*>(context)->secrets_.root, 32);
        *length = 0;
        return 0;
    }
    static int find_root(void* context, const std::uint8_t*, std::size_t, std::uint8_t* key) {
        std::memcpy(key, static_cast<HostProcess*>(context)->secrets_.root, 32);
        return 0;
    }

    void use() {
        myqsec_root root = MYQSEC_ROOT_INIT;
        root.kind = MYQSEC_ROOT_CALLBACK;
        root.context = this;
        root.create = give_root;
        root.unlock = find_root;
        root.argon2_memory_kib = 1024;
        must(myqsec_create(directory_.c_str(), &root, nullptr, &engine_));
        must(myqsec_close(engine_));
        must(myqsec_open(directory_.c_str(), &root, nullptr, &engine_));
        must(myqsec_system_session(engine_, &system_));
        add_people();
        add_what_is_the_hosts();
        add_printing();
        must(myqsec_tick(system_, nullptr));
    }

    void add_people() {
        myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
        fields.user_name = "admin";
        std::int64_t id = 0;
        std::size_t length = sizeof secrets_.first_password;
        must(myqsec_first_administrator(system_, &fields, &id, secrets_.first_password, &length));
        must(myqsec_login(system_, "admin", secrets_.first_password, nullptr, &admin_));
        fields.user_name = "jana";
        fields.full_name = secrets_.name;
        must(myqsec_user_create(admin_, &fields, &jana_));
        must(myqsec_user_set_password(admin_, jana_, nullptr, secrets_.password));
        length = sizeof secrets_.pin;
        must(myqsec_user_generate_pin(admin_, jana_, nullptr, secrets_.pin, &length));
    }

    void add_what_is_the_hosts() {
        std::size_t length = std::strlen(secrets_.host_secret);
        must(myqsec_host_secret_set(system_, "tls.key", secrets_.host_secret, length));
        char read[sizeof secrets_.host_secret];
        length = sizeof read;
        must(myqsec_host_secret_get(system_, "tls.key", read, &length));
        if (std::memcmp(read, secrets_.host_secret, length) != 0) ::_exit(73);
        ::explicit_bzero(read, sizeof read);
        length = sizeof secrets_.ticket;
        must(myqsec_ticket_issue(admin_, nullptr, secrets_.ticket, &length, nullptr));
        myqsec_session* again = nullptr;
        must(myqsec_ticket_redeem(system_, secrets_.ticket, nullptr, &again));
        myqsec_session_free(again);
    }

    void add_printing() {
        myqsec_queue_fields queue = MYQSEC_QUEUE_FIELDS_INIT;
        queue.kind = MYQSEC_QUEUE_SECURE;
        queue.name = "secure";
        queue.preview = MYQSEC_YES;
        std::int64_t queue_id = 0;
        must(myqsec_queue_create(admin_, &queue, &queue_id));
        myqsec_device_fields device = MYQSEC_DEVICE_FIELDS_INIT;
        device.name = "lobby";
        device.methods = MYQSEC_METHOD_NAME_PIN | MYQSEC_METHOD_NAME_PASSWORD;
        std::int64_t device_id = 0;
        must(myqsec_device_create(admin_, &device, &device_id));
        myqsec_device_callbacks callbacks = MYQSEC_DEVICE_CALLBACKS_INIT;
        callbacks.clear_memory = [](void*, std::int64_t) { return 0; };
        must(myqsec_device_attach(system_, device_id, &callbacks));
        const auto printed = submit(queue_id);
        const auto held = submit(queue_id);  // so that its key stays
        at_device(device_id, nullptr, secrets_.wrong_password, 0);
        at_device(device_id, secrets_.pin, nullptr, 0);
        at_device(device_id, nullptr, secrets_.password, printed);
        coming_ = begin(queue_id);
        write(coming_, 100'000);
        must(myqsec_job_open(admin_, held, &going_));
        char byte = 0;
        std::size_t length = 1;
        must(myqsec_job_reader_read(going_, 1000, &byte, &length));
    }

    myqsec_job_writer* begin(std::int64_t queue) {
        myqsec_job_fields fields = MYQSEC_JOB_FIELDS_INIT;
        fields.queue = queue;
        fields.owner = jana_;
        myqsec_job_writer* writer = nullptr;
        must(myqsec_job_submit(system_, &fields, &writer));
        return writer;
    }
    void write(myqsec_job_writer* writer, std::size_t size) {
        const auto length = std::strlen(secrets_.document);
        for (std::size_t done = 0; done < size; done += length)
            must(myqsec_job_writer_write(writer, secrets_.document, length));
    }

    std::int64_t submit(std::int64_t queue) {
        auto* writer = begin(queue);
        write(writer, 180'000);
        std::int64_t job = 0;
        must(myqsec_job_writer_finish(writer, &job));
        myqsec_job_writer_free(writer);
        return job;
    }

    void at_device(std::int64_t device, const char* pin, const char* password, std::int64_t release) {
        myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
        credentials.user_name = "jana";
        credentials.pin = pin;
        credentials.password = password;
        myqsec_session* session = nullptr;
        if (myqsec_device_login(system_, device, &credentials, &session) != MYQSEC_OK) return;
        myqsec_release* fetched = nullptr;
        if (release > 0) {
            myqsec_sink sink = MYQSEC_SINK_INIT;
            sink.write = [](void*, const void*, std::size_t) { return 0; };
            must(myqsec_job_release(session, release, nullptr, &sink));
            myqsec_job_reader* reader = nullptr;
            must(myqsec_job_open(session, release, &reader));
            char part[1000];
            std::size_t length = sizeof part;
            must(myqsec_job_reader_read(reader, 70'000, part, &length));
            ::explicit_bzero(part, sizeof part);
            myqsec_job_reader_free(reader);
            must(myqsec_release_begin(session, release, nullptr, &fetched));
            length = sizeof part;
            must(myqsec_release_read(fetched, part, &length));
            ::explicit_bzero(part, sizeof part);
        }
        must(myqsec_logout(session));
        myqsec_release_free(fetched);
        myqsec_session_free(session);
    }

    void pause_for_search() const {
        char byte = 'p';
        send_all(channel_, &byte, 1);
        receive_all(channel_, &byte, 1);
    }

    int channel_;
    std::string directory_;
    Secrets secrets_{};
    std::string left_behind_;
    myqsec_engine* engine_ = nullptr;
    myqsec_session *system_ = nullptr, *admin_ = nullptr;
    std::int64_t jana_ = 0;
    myqsec_job_writer* coming_ = nullptr;
    myqsec_job_reader* going_ = nullptr;
};

// --- the searcher ---

template <std::size_t N>
void draw_text(char (&text)[N]) {
    const auto hex = to_hex(crypto::random_array<(N - 1) / 2>());
    std::copy(hex.begin(), hex.end(), text);
    text[hex.size()] = '\0';
}

std::string key_text(const crypto::Secret& key) {
    return std::string(as_text(key.view()));
}
/// As the round keys of a cipher begin: in words of the machine's order.
std::string in_words(std::string key) {
    for (std::size_t i = 0; i + 4 <= key.size(); i += 4)
        std::reverse(key.begin() + static_cast<std::ptrdiff_t>(i),
                     key.begin() + static_cast<std::ptrdiff_t>(i) + 4);
    return key;
}

/// Botan's pool of locked memory, which core dumps leave out, needs some that the process may lock.
bool may_lock_memory() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur >= 512 * 1024;
}

using Named = std::map<std::string, std::string>;

/// Every key that the instance has, read from its files once the host has closed it.
Named keys_of(const std::string& directory, const Secrets& secrets) {
    const auto root_key = [&] { return crypto::Secret(ByteView(secrets.root)); };
    const auto root = crypto::callback_provider({[&] {
                                                     return crypto::RootProvider::Created{{}, root_key()};
                                                 },
                                                 [&](ByteView) { return root_key(); }});
    const SystemClock clock;
    storage::Vault vault(open_folder(directory, false), *root, clock);
    Named keys{{"root key", key_text(root_key())}};
    for (std::uint16_t purpose = 1; purpose < 32; ++purpose) {
        const auto which = static_cast<storage::KeyPurpose>(purpose);
        const auto newest = vault.keystore().newest_version(which);
        if (newest == 0) continue;
        keys.emplace("keystore key " + std::to_string(purpose),
                     key_text(vault.keystore().key(which, newest)));
    }
    auto rows = vault.main().query("SELECT DISTINCT leaf FROM job WHERE leaf <> 0");
    while (rows.next())
        keys.emplace("job key " + std::to_string(rows.integer(0)),
                     key_text(vault.leaf_keys().get(LeafId(rows.integer(0)))));
    return keys;
}

void release_host(int channel) {
    const char byte = 'g';
    REQUIRE(::write(channel, &byte, 1) == 1);
}
void await_pause(int channel) {
    char byte = 0;
    REQUIRE(::read(channel, &byte, 1) == 1);
}

}  // namespace

TEST_CASE(
    "a core dump holds no key, password, PIN or document, neither while one comes in or an instance is open "
    "nor "
    "after") {
    const test::TemporaryFolder folder;
    const auto directory = folder.path() + "/instance";
    int channel[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) == 0);
    std::fflush(stdout);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) HostProcess(channel[1], directory).run();

    Secrets secrets{};
    crypto::randomize(secrets.root);
    draw_text(secrets.password);
    draw_text(secrets.wrong_password);
    draw_text(secrets.document);
    draw_text(secrets.name);
    draw_text(secrets.left_behind);
    draw_text(secrets.host_secret);
    const std::string left_behind = secrets.left_behind;
    REQUIRE(::write(channel[0], &secrets, sizeof secrets) == sizeof secrets);
    REQUIRE(::recv(channel[0], &secrets, sizeof secrets, MSG_WAITALL) == sizeof secrets);
    await_pause(channel[0]);
    const MemoryImage under_way(child);
    release_host(channel[0]);
    await_pause(channel[0]);
    const MemoryImage open(child);
    release_host(channel[0]);
    await_pause(channel[0]);
    const MemoryImage closed(child);

    auto never = keys_of(directory, secrets);
    const Named passing{{"password", secrets.password},
                        {"wrong password", secrets.wrong_password},
                        {"first password", secrets.first_password},
                        {"document", secrets.document},
                        {"full name", secrets.name},
                        {"PIN", std::string(secrets.pin)},
                        {"host secret", std::string(secrets.host_secret).substr(1000, 64)},
                        {"ticket", std::string(secrets.ticket)}};
    release_host(channel[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);

    CHECK(closed.find(left_behind).dumped > 0);  // the search finds what is there
    for (const auto& one : never) {
        const auto& key = one.second;
        CAPTURE(one.first);
        for (const auto& form : {key, in_words(key)}) {
            if (may_lock_memory()) CHECK(open.find(form).dumped == 0);
            CHECK(closed.find(form).dumped == 0);
            CHECK(closed.find(form).undumped == 0);
        }
    }
    CHECK(under_way.find(secrets.document).dumped == 0);
    CHECK(under_way.find(secrets.document).undumped > 0);  // in the buffers of writer and reader
    const auto in_use = open.find(never.at("keystore key 1"));
    CHECK(in_use.dumped + in_use.undumped > 0);  // where keys in use are
    for (const auto& one : passing) {
        const auto& secret = one.second;
        CAPTURE(one.first);
        CHECK(open.find(secret).dumped == 0);
        CHECK(open.find(secret).undumped == 0);
        CHECK(closed.find(secret).dumped == 0);
        CHECK(closed.find(secret).undumped == 0);
    }
    MESSAGE("bytes searched: " << open.size() + closed.size()
                               << ", secrets: " << never.size() + passing.size());
}
