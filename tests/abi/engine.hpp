// An instance set up and driven through the C ABI alone, as a host would.
#pragma once

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <myqsec/myqsec.hpp>

#include "base/temporary_folder.hpp"

/// The call's status, and a part of the sentence that goes with it.
#define CHECK_FAILS(call, expected, part)                                               \
    do {                                                                                \
        CHECK((call) == (expected));                                                    \
        CHECK_MESSAGE(std::string(myqsec_last_error()).find(part) != std::string::npos, \
                      std::string(myqsec_last_error()));                                \
    } while (false)

namespace myqsec::test {

namespace filesystem = std::filesystem;

inline constexpr myqsec_page most_rows = {sizeof(myqsec_page), MYQSEC_MOST_ROWS, 0, 0, 0};
inline constexpr myqsec_page one_row = {sizeof(myqsec_page), 1, 0, 0, 0};

/// Where a released document goes. Fails when told to.
struct Tray {
    std::string printed;
    bool finished = false, aborted = false;
    std::size_t fail_beyond = SIZE_MAX;
    std::function<void()> during_write;

    myqsec_sink sink() {
        myqsec_sink out = MYQSEC_SINK_INIT;
        out.context = this;
        out.write = [](void* context, const void* data, std::size_t length) {
            auto& tray = *static_cast<Tray*>(context);
            if (tray.during_write) tray.during_write();
            if (tray.printed.size() + length > tray.fail_beyond) return 1;
            tray.printed.append(static_cast<const char*>(data), length);
            return 0;
        };
        out.finish = [](void* context) {
            static_cast<Tray*>(context)->finished = true;
            return 0;
        };
        out.abort = [](void* context) { static_cast<Tray*>(context)->aborted = true; };
        return out;
    }
};

inline std::string read_file(const filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_file(const filesystem::path& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Where an instance is, and what opens it. The host's clock stands until it is moved.
struct Place {
    TemporaryFolder folder;
    std::string directory = folder.path() + "/instance";
    std::string secret = "0123456789abcdef0123456789abcdef";
    std::int64_t now = 1'800'000'000'000;
    std::int64_t running = 3'600'000;  ///< whoever sets the clock
    std::function<void()> during_clock;

    [[nodiscard]] myqsec_root root() const {
        myqsec_root out = MYQSEC_ROOT_INIT;
        out.kind = MYQSEC_ROOT_KEY_FILE;
        out.secret = reinterpret_cast<const std::uint8_t*>(secret.data());
        out.secret_length = secret.size();
        // The least that Argon2id takes here: the tests are not about its cost.
        out.argon2_memory_kib = 1024;
        out.argon2_iterations = 1;
        return out;
    }
    [[nodiscard]] myqsec_options options() {
        myqsec_options out = MYQSEC_OPTIONS_INIT;
        out.clock_context = this;
        out.clock = [](void* context) {
            const auto& place = *static_cast<Place*>(context);
            if (place.during_clock) place.during_clock();
            return place.now;
        };
        out.running = [](void* context) { return static_cast<Place*>(context)->running; };
        return out;
    }
    [[nodiscard]] Engine open() {
        const auto settings = options();
        return Engine::open(directory, root(), &settings);
    }
    [[nodiscard]] std::vector<filesystem::path> jobs() const {
        std::vector<filesystem::path> out;
        for (const auto& entry : filesystem::directory_iterator(directory + "/jobs"))
            if (entry.path().filename() != ".mark") out.push_back(entry.path());
        return out;
    }
    [[nodiscard]] std::vector<std::string> contents() const {
        std::vector<std::string> out;
        for (const auto& entry : filesystem::recursive_directory_iterator(directory)) {
            if (entry.is_regular_file()) out.push_back(entry.path().string() + ":" + read_file(entry.path()));
        }
        std::sort(out.begin(), out.end());
        return out;
    }
};

/// The password of the instance's administrator, who is "admin".
inline std::string first_administrator(const Session& system) {
    myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
    fields.user_name = "admin";
    char password[64];
    std::size_t length = sizeof password;
    std::int64_t id = 0;
    check(myqsec_first_administrator(system.get(), &fields, &id, password, &length));
    return password;
}

/// An instance with an administrator, jana (card, PIN, password), eve (card), three queues and a device.
class Host : public Place {
 public:
    Host() {
        const auto settings = options();
        engine = std::make_unique<Engine>(Engine::create(directory, root(), &settings));
        system = std::make_unique<Session>(engine->system_session());
        admin_password = first_administrator(*system);
        admin = std::make_unique<Session>(system->login("admin", admin_password));
        jana = new_user("jana", "04a2241b");
        eve = new_user("eve", "04ffffff");
        check(myqsec_user_set_password(admin->get(), jana, nullptr, password));
        char buffer[32];
        std::size_t length = sizeof buffer;
        check(myqsec_user_generate_pin(admin->get(), jana, nullptr, buffer, &length));
        pin = buffer;
        secure = new_queue("secure", MYQSEC_QUEUE_SECURE);
        privately = new_queue("private", MYQSEC_QUEUE_PRIVATE);
        direct = new_queue("direct", MYQSEC_QUEUE_DIRECT);
        myqsec_device_fields device_fields = MYQSEC_DEVICE_FIELDS_INIT;
        device_fields.name = "lobby";
        device_fields.methods =
            MYQSEC_METHOD_CARD | MYQSEC_METHOD_PIN | MYQSEC_METHOD_NAME_PIN | MYQSEC_METHOD_NAME_PASSWORD;
        device = admin->create(myqsec_device_create, &device_fields);
        attach();
    }

    void attach() {
        myqsec_device_callbacks callbacks = MYQSEC_DEVICE_CALLBACKS_INIT;
        callbacks.context = this;
        callbacks.clear_memory = [](void* context, std::int64_t) {
            auto& host = *static_cast<Host*>(context);
            ++host.cleared;
            if (host.during_clear) host.during_clear();
            return host.clear_result;
        };
        check(myqsec_device_attach(system->get(), device, &callbacks));
    }

    std::int64_t new_user(const char* name, const char* card) {
        myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
        fields.user_name = name;
        const auto user = admin->create(myqsec_user_create, &fields);
        admin->create(myqsec_card_add, user, card, nullptr, 0);
        return user;
    }
    std::int64_t new_queue(const char* name, myqsec_queue_kind kind) {
        myqsec_queue_fields fields = MYQSEC_QUEUE_FIELDS_INIT;
        fields.name = name;
        fields.kind = kind;
        fields.preview = MYQSEC_YES;
        return admin->create(myqsec_queue_create, &fields);
    }

    [[nodiscard]] myqsec_job_fields job_fields(std::int64_t queue) const {
        myqsec_job_fields fields = MYQSEC_JOB_FIELDS_INIT;
        fields.queue = queue;
        fields.owner = jana;
        fields.name = "payslip";
        return fields;
    }
    std::int64_t submit(std::int64_t queue, const std::string& document) {
        const auto fields = job_fields(queue);
        auto writer = system->submit(fields);
        writer.write(std::string_view(document));
        return writer.finish();
    }

    [[nodiscard]] Session by_card(const char* card = "04a2241b") const {
        myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
        credentials.card = card;
        return system->device_login(device, credentials);
    }
    [[nodiscard]] myqsec_status login_status(const char* card, const char* user_name = nullptr,
                                             const char* entered_pin = nullptr,
                                             const char* entered_password = nullptr) const {
        myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
        credentials.card = card;
        credentials.user_name = user_name;
        credentials.pin = entered_pin;
        credentials.password = entered_password;
        myqsec_session* session = nullptr;
        const auto status = myqsec_device_login(system->get(), device, &credentials, &session);
        CHECK((session != nullptr) == (status == MYQSEC_OK));
        if (session) check(myqsec_logout(session));
        myqsec_session_free(session);
        return status;
    }

    static myqsec_status release(const Session& session, std::int64_t job, Tray& tray) {
        const auto sink = tray.sink();
        return myqsec_job_release(session.get(), job, nullptr, &sink);
    }
    [[nodiscard]] std::string state(std::int64_t job) const {
        return admin->list(myqsec_job_get, job).first().text("state");
    }
    [[nodiscard]] bool has_job(std::int64_t job) const {
        myqsec_list* list = nullptr;
        const auto status = myqsec_job_get(admin->get(), job, &list);
        myqsec_list_free(list);
        if (status != MYQSEC_ERR_NOT_FOUND) check(status);
        return status == MYQSEC_OK;
    }
    /// Whether a database waits for ticks to convert it.
    [[nodiscard]] bool converts() const {
        const auto list = admin->list(myqsec_encryption_status);
        return std::ranges::any_of(list, [](const auto& row) { return row.boolean("converting"); });
    }
    [[nodiscard]] std::size_t count(const std::string& action) const {
        std::size_t out = 0;
        for (const auto event : admin->list(myqsec_audit_list, nullptr, &most_rows))
            out += event.text("action") == action;
        return out;
    }

    void close() {
        admin.reset();
        system.reset();
        engine->close();
        engine.reset();
    }
    void reopen() {
        if (engine) close();
        engine = std::make_unique<Engine>(open());
        system = std::make_unique<Session>(engine->system_session());
        admin = std::make_unique<Session>(system->login("admin", admin_password));
    }

    static constexpr const char* password = "correct horse battery";
    std::string admin_password, pin;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<Session> system, admin;
    std::int64_t jana = 0, eve = 0, secure = 0, privately = 0, direct = 0, device = 0;
    int cleared = 0, clear_result = 0;
    std::function<void()> during_clear;
};

}  // namespace myqsec::test
