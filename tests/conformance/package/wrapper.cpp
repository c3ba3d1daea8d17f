// Secure print through the C++ wrapper: wrapper NEW_DIRECTORY. Says "ok" if all of it behaved as the header
// tells.
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <myqsec/myqsec.hpp>

namespace {

#define EXPECT(condition)                                                        \
    do {                                                                         \
        if (!(condition)) {                                                      \
            std::fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition); \
            std::exit(1);                                                        \
        }                                                                        \
    } while (false)

template <class Work>
myqsec_status status_of(Work&& work) {
    try {
        work();
    } catch (const myqsec::Error& error) {
        EXPECT(*error.what() != '\0');
        return error.status();
    }
    return MYQSEC_OK;
}

struct Site {
    std::int64_t user, queue, device;
};

int clear_memory(void* context, std::int64_t) {
    ++*static_cast<int*>(context);
    return 0;
}

Site set_up(const myqsec::Session& system, int& cleared) {
    myqsec_user_fields person = MYQSEC_USER_FIELDS_INIT;
    person.user_name = "admin";
    char password[64];
    std::size_t length = sizeof password;
    std::int64_t id = 0;
    myqsec::check(myqsec_first_administrator(system.get(), &person, &id, password, &length));
    const auto administrator = system.login("admin", password);
    EXPECT(status_of([&] { (void)system.login("admin", "not the password"); }) == MYQSEC_ERR_AUTHENTICATION);

    Site site{};
    person.user_name = "jana";
    site.user = administrator.create(myqsec_user_create, &person);
    EXPECT(administrator.create(myqsec_card_add, site.user, "04a2241b", nullptr, 0) > 0);
    myqsec_queue_fields queue = MYQSEC_QUEUE_FIELDS_INIT;
    queue.name = "secure";
    queue.kind = MYQSEC_QUEUE_SECURE;
    site.queue = administrator.create(myqsec_queue_create, &queue);
    EXPECT(status_of([&] { administrator.create(myqsec_queue_create, &queue); }) == MYQSEC_ERR_EXISTS);
    myqsec_device_fields device = MYQSEC_DEVICE_FIELDS_INIT;
    device.name = "lobby";
    site.device = administrator.create(myqsec_device_create, &device);
    myqsec_device_callbacks callbacks = MYQSEC_DEVICE_CALLBACKS_INIT;
    callbacks.context = &cleared;
    callbacks.clear_memory = clear_memory;
    myqsec::check(myqsec_device_attach(system.get(), site.device, &callbacks));
    return site;
}

void secure_print(const myqsec::Session& system, const Site& site) {
    const std::string document(300'000, 'x');
    myqsec_job_fields fields = MYQSEC_JOB_FIELDS_INIT;
    fields.queue = site.queue;
    fields.owner = site.user;
    fields.name = "through the wrapper";
    auto writer = system.submit(fields);
    writer.write(std::string_view(document).substr(0, 1000));
    writer.write(std::string_view(document).substr(1000));
    const auto job = writer.finish();

    myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
    credentials.card = "04a2241b";
    auto at_device = system.device_login(site.device, credentials);
    std::size_t rows = 0;
    for (const auto row : at_device.list(myqsec_job_list, nullptr, nullptr)) {
        EXPECT(row.integer("id") == job);
        EXPECT(row.text("name") == "through the wrapper");
        EXPECT(row.text("state") == "pending-held");
        EXPECT(!row.has("printed"));
        ++rows;
    }
    EXPECT(rows == 1);

    // The sink's own exception comes back, and the job is held again.
    bool thrown = false;
    try {
        at_device.release(job, [](std::span<const std::uint8_t>) { throw std::out_of_range("paper jam"); });
    } catch (const std::out_of_range& error) {
        thrown = std::string(error.what()) == "paper jam";
    }
    EXPECT(thrown);
    EXPECT(at_device.list(myqsec_job_get, job).first().text("state") == "pending-held");

    std::ostringstream printed;
    at_device.release(job, myqsec::to_stream(printed));
    EXPECT(printed.str() == document);
    EXPECT(at_device.list(myqsec_job_get, job).first().text("state") == "completed");
    at_device.logout();
    EXPECT(status_of([&] { (void)at_device.list(myqsec_job_list, nullptr, nullptr); }) ==
           MYQSEC_ERR_SESSION_ENDED);
}

void containers() {
    const std::vector<std::uint8_t> key(MYQSEC_CONTAINER_KEY_SIZE, 7);
    myqsec_container_keys keys = MYQSEC_CONTAINER_KEYS_INIT;
    keys.wrapping_key = key.data();
    std::istringstream plain("a document");
    std::ostringstream sealed, opened;
    myqsec::seal(keys, plain, sealed);
    EXPECT(sealed.str().find("a document") == std::string::npos);
    std::istringstream back(sealed.str());
    myqsec::open(keys, back, opened);
    EXPECT(opened.str() == "a document");
    std::istringstream cut(sealed.str().substr(0, sealed.str().size() - 1));
    EXPECT(status_of([&] { myqsec::open(keys, cut, opened); }) == MYQSEC_ERR_CORRUPT);
}

}  // namespace

int main(int, char** argv) {
    auto root = myqsec::passphrase_root("correct horse battery staple");
    root.argon2_memory_kib = 7168;
    root.argon2_iterations = 5;
    int cleared = 0;
    {
        auto engine = myqsec::Engine::create(argv[1], root);
        auto system = engine.system_session();
        secure_print(system, set_up(system, cleared));
        EXPECT(cleared == 1);
        EXPECT(system.tick() > 0);
        EXPECT(status_of([&] { engine.close(); }) == MYQSEC_ERR_BUSY);
    }
    EXPECT(status_of([&] { (void)myqsec::Engine::open(argv[1], myqsec::passphrase_root("wrong")); }) ==
           MYQSEC_ERR_WRONG_KEY);
    auto engine = myqsec::Engine::open(argv[1], root);
    EXPECT(engine.findings().size() == 0);
    engine.close();
    containers();
    std::puts("ok");
}
