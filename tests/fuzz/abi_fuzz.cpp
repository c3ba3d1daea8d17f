// The C ABI, called as no host should: any function of the headers, in any order, with live and stale
// handles, hostile sizes, texts and numbers. Whatever is called, nothing crashes, no status says that the
// library is broken, and the instance opens again.
#include <filesystem>

#include <unistd.h>

#include "base/temporary_folder.hpp"
#include "fuzz/abi_arguments.hpp"
#include "fuzz/fuzz_target.hpp"

namespace myqsec::fuzz {

namespace {

namespace filesystem = std::filesystem;

/// RSA keys take seconds to make, passwords at full cost too.
template <typename... Parameters>
bool is_affordable(std::string_view name, const std::tuple<Parameters...>& arguments) {
    if constexpr (sizeof...(Parameters) > 0) {
        if constexpr (std::is_same_v<std::tuple_element_t<0, std::tuple<Parameters...>>, std::uint32_t>) {
            if (name == "myqsec_certificate_create") return std::get<0>(arguments) != MYQSEC_KEY_RSA_3072;
        }
    }
    return true;
}

void judge(std::string_view name, myqsec_status status) {
    if (status != MYQSEC_ERR_INTERNAL && status != MYQSEC_ERR_CORRUPT && status != MYQSEC_ERR_TAMPERED &&
        status != MYQSEC_ERR_SELF_TEST && status <= 0) {
        return;
    }
    // A stream that is no container, and a certificate that is none, are the caller's to have damaged.
    if (status == MYQSEC_ERR_CORRUPT && name.starts_with("myqsec_container")) return;
    std::fprintf(stderr, "%s: %s: %s\n", std::string(name).c_str(), myqsec_status_name(status),
                 myqsec_last_error());
    require(false, "no input makes the library report its own failure");
}

template <typename Returned, typename... Parameters>
void call(std::string_view name, Returned (*function)(Parameters...), Arguments& arguments) {
    std::tuple<Parameters...> values{arguments.get<Parameters>()...};  // in this order: braces guarantee it
    if (!is_affordable(name, values)) return;
    if constexpr (std::is_same_v<Returned, myqsec_status>) {
        judge(name, std::apply(function, values));
    } else if constexpr (std::is_same_v<Returned, void>) {
        std::apply(function, values);
    } else {
        require(std::apply(function, values) != nullptr, "a text is never NULL");
    }
    arguments.collect();
}

struct Function {
    const char* name;
    void (*run)(Arguments&);
};
const Function functions[] = {
#define MYQSEC_FUNCTION(name) {#name, [](Arguments& arguments) { call(#name, name, arguments); }},
#include "myqsec_functions.def"
#undef MYQSEC_FUNCTION
};

void must(myqsec_status status) {
    if (status == MYQSEC_OK) return;
    std::fprintf(stderr, "%s: %s\n", myqsec_status_name(status), myqsec_last_error());
    require(false, "an instance that nobody damaged works");
}

/// An instance with an administrator, a user, a queue, a device and a held job; its folder is copied for
/// every input.
class Template {
 public:
    Template() {
        filesystem::create_directory(work());
        filesystem::current_path(work());  // no name in an input leads out of here
        myqsec_engine* engine = nullptr;
        const auto root = good_root();
        must(myqsec_create(original().c_str(), &root, nullptr, &engine));
        myqsec_session* system = nullptr;
        must(myqsec_system_session(engine, &system));
        myqsec_user_fields user = MYQSEC_USER_FIELDS_INIT;
        user.user_name = "admin";
        std::int64_t id = 0;
        char password[64];
        std::size_t length = sizeof password;
        must(myqsec_first_administrator(system, &user, &id, password, &length));
        myqsec_session* admin = nullptr;
        must(myqsec_login(system, "admin", password, nullptr, &admin));
        must(myqsec_setting_set(admin, "kdf.memory_kib", "1024"));
        must(myqsec_setting_set(admin, "kdf.iterations", "1"));
        must(myqsec_user_set_password(admin, id, password, admin_password));
        myqsec_queue_fields queue = MYQSEC_QUEUE_FIELDS_INIT;
        queue.name = "secure";
        queue.kind = MYQSEC_QUEUE_SECURE;
        must(myqsec_queue_create(admin, &queue, &id));
        myqsec_job_fields job = MYQSEC_JOB_FIELDS_INIT;
        job.queue = id;
        myqsec_job_writer* writer = nullptr;
        must(myqsec_job_submit(admin, &job, &writer));
        must(myqsec_job_writer_write(writer, "a document", 10));
        must(myqsec_job_writer_finish(writer, &id));
        myqsec_job_writer_free(writer);
        myqsec_device_fields device = MYQSEC_DEVICE_FIELDS_INIT;
        device.name = "lobby";
        must(myqsec_device_create(admin, &device, &id));
        myqsec_session_free(admin);
        myqsec_session_free(system);
        must(myqsec_close(engine));
    }

    [[nodiscard]] std::string copy() const {
        const auto to = work() + "/instance";
        std::error_code ignored;
        for (const auto& entry : filesystem::directory_iterator(work()))
            filesystem::remove_all(entry.path(), ignored);
        filesystem::copy(original(), to, filesystem::copy_options::recursive);
        return to;
    }

 private:
    [[nodiscard]] std::string work() const { return folder_.path() + "/work"; }
    [[nodiscard]] std::string original() const { return folder_.path() + "/original"; }

    test::TemporaryFolder folder_;
};

}  // namespace

void run(ByteView input) {
    static const auto& original =
        *new Template;  // libFuzzer ends by _exit; the folder is the runner's to remove
    const auto directory = original.copy();
    {
        Arguments arguments(Choices(input), directory);
        myqsec_engine* engine = nullptr;
        const auto root = good_root();
        must(myqsec_open(directory.c_str(), &root, nullptr, &engine));
        arguments.add(engine);
        myqsec_session* session = nullptr;
        must(myqsec_system_session(engine, &session));
        arguments.add(session);
        myqsec_session* admin = nullptr;
        must(myqsec_login(session, "admin", admin_password, nullptr, &admin));
        arguments.add(admin);
        for (int calls = 0; calls < 100 && !arguments.empty(); ++calls)
            functions[arguments.choices().below(std::size(functions))].run(arguments);
    }
    myqsec_engine* again = nullptr;
    const auto root = good_root();
    must(myqsec_open(directory.c_str(), &root, nullptr, &again));
    must(myqsec_close(again));
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> out;
    // Each function once, with what the first choices give, and with ever other ones.
    for (std::uint8_t choice = 0; choice < 8; ++choice) {
        ByteWriter writer;
        for (std::size_t i = 0; i < std::size(functions); ++i) {
            writer.integer(static_cast<std::uint8_t>(i));
            for (std::uint8_t byte = 0; byte < 6; ++byte)
                writer.integer(static_cast<std::uint8_t>(choice * (byte + 1U)));
        }
        out.push_back(writer.take());
    }
    return out;
}

}  // namespace myqsec::fuzz
