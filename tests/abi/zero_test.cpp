// Structs whose fields are all zero behind their size, as a C99 initialiser leaves what it does not name:
// each is refused, or does what protects most.
#include <cstring>

#include <doctest/doctest.h>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

namespace {

template <class Struct>
Struct zero() {
    Struct out{};
    out.struct_size = sizeof out;
    return out;
}

}  // namespace

TEST_CASE("a queue of which only the name is said is secure, encrypted, and keeps jobs as the settings say") {
    Host host;
    auto fields = zero<myqsec_queue_fields>();
    std::int64_t id = 0;
    CHECK(myqsec_queue_create(host.admin->get(), &fields, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    fields.name = "zero";
    check(myqsec_queue_create(host.admin->get(), &fields, &id));
    const auto state = [&](std::int64_t queue) {
        const auto all = host.admin->list(myqsec_queue_list, nullptr);
        for (const auto& row : all) {
            if (row.integer("id") != queue) continue;
            return fmt::format("{} {} {} {} {} {} {}", row.text("kind"), row.boolean("encryption"),
                               row.boolean("enabled"), row.boolean("restricted"),
                               row.integer("retention_held") > 0, row.integer("max_job_size"),
                               row.text("certificates"));
        }
        return std::string();
    };
    CHECK(state(id) == "secure true true false true 0 ");
    const auto before = state(host.privately);
    const auto none = zero<myqsec_queue_fields>();
    check(myqsec_queue_change(host.admin->get(), host.privately, &none));
    CHECK(state(host.privately) == before);
    CHECK(host.count("queue.changed") == 0);

    auto off = zero<myqsec_queue_fields>();
    off.enabled = off.encryption = MYQSEC_NO;
    off.restricted = MYQSEC_YES;
    off.retention_held = -1;
    check(myqsec_queue_change(host.admin->get(), id, &off));
    CHECK(state(id) == "secure false false true false 0 ");
}

TEST_CASE(
    "a device of which only the name is said takes no PIN alone, and nothing is attached that clears "
    "nothing") {
    Host host;
    auto fields = zero<myqsec_device_fields>();
    std::int64_t id = 0;
    CHECK(myqsec_device_create(host.admin->get(), &fields, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    fields.name = "zero";
    check(myqsec_device_create(host.admin->get(), &fields, &id));
    const auto methods = [&] {
        for (const auto& row : host.admin->list(myqsec_device_list, nullptr))
            if (row.integer("id") == id) return row.integer("methods");
        return std::int64_t{-1};
    };
    CHECK(methods() == (MYQSEC_METHOD_CARD | MYQSEC_METHOD_NAME_PIN | MYQSEC_METHOD_NAME_PASSWORD));
    const auto none = zero<myqsec_device_fields>();
    check(myqsec_device_change(host.admin->get(), id, &none));
    CHECK(methods() != 0);
    auto none_at_all = zero<myqsec_device_fields>();
    none_at_all.methods = -1;
    CHECK(myqsec_device_change(host.admin->get(), id, &none_at_all) == MYQSEC_ERR_INVALID_ARGUMENT);

    const auto callbacks = zero<myqsec_device_callbacks>();
    CHECK_FAILS(myqsec_device_attach(host.system->get(), id, &callbacks), MYQSEC_ERR_INVALID_ARGUMENT,
                "clear_memory");
    const auto credentials = zero<myqsec_credentials>();
    myqsec_session* session = nullptr;
    CHECK(myqsec_device_login(host.system->get(), host.device, &credentials, &session) != MYQSEC_OK);
    CHECK(session == nullptr);
}

TEST_CASE("a role of which it is not said for what is not given") {
    Host host;
    auto grant = zero<myqsec_role_grant>();
    CHECK(myqsec_role_give(host.admin->get(), "auditor", &grant) == MYQSEC_ERR_INVALID_ARGUMENT);
    grant.user = host.jana;
    CHECK_FAILS(myqsec_role_give(host.admin->get(), "auditor", &grant), MYQSEC_ERR_INVALID_ARGUMENT,
                "everywhere");
    grant.everywhere = 1;
    CHECK(myqsec_role_give(host.admin->get(), "auditor", &grant) == MYQSEC_OK);
    grant.scope_queue = host.secure;
    CHECK(myqsec_role_give(host.admin->get(), "auditor", &grant) == MYQSEC_ERR_INVALID_ARGUMENT);
}

TEST_CASE("a user of whom nothing is said is none, and a change that says nothing changes nothing") {
    Host host;
    const auto fields = zero<myqsec_user_fields>();
    std::int64_t id = 0;
    CHECK(myqsec_user_create(host.admin->get(), &fields, &id) == MYQSEC_ERR_INVALID_ARGUMENT);
    check(myqsec_user_change(host.admin->get(), host.jana, &fields));
    CHECK(host.count("user.changed") == 0);
}

TEST_CASE("a job, a sink, a root and keys of a container of which nothing is said are refused") {
    Host host;
    const auto fields = zero<myqsec_job_fields>();
    myqsec_job_writer* writer = nullptr;
    CHECK(myqsec_job_submit(host.admin->get(), &fields, &writer) == MYQSEC_ERR_INVALID_ARGUMENT);
    auto with_attribute = host.job_fields(host.secure);
    const auto attribute = zero<myqsec_job_attribute>();
    with_attribute.attributes = &attribute;
    with_attribute.attribute_count = 1;
    CHECK(myqsec_job_submit(host.system->get(), &with_attribute, &writer) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(writer == nullptr);

    const auto job = host.submit(host.secure, "document");
    const auto sink = zero<myqsec_sink>();
    CHECK(myqsec_job_release(host.admin->get(), job, nullptr, &sink) == MYQSEC_ERR_INVALID_ARGUMENT);

    const auto root = zero<myqsec_root>();
    myqsec_engine* engine = nullptr;
    CHECK(myqsec_create((host.folder.path() + "/other").c_str(), &root, nullptr, &engine) ==
          MYQSEC_ERR_INVALID_ARGUMENT);
    auto of_token = root;
    const auto token = zero<myqsec_root_pkcs11>();
    of_token.kind = MYQSEC_ROOT_PKCS11;
    of_token.pkcs11 = &token;
    CHECK(myqsec_create((host.folder.path() + "/other").c_str(), &of_token, nullptr, &engine) ==
          MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(engine == nullptr);

    const auto keys = zero<myqsec_container_keys>();
    const auto read = [](void*, void*, std::size_t* length) { return *length = 0, 0; };
    const auto write = [](void*, const void*, std::size_t) { return 0; };
    CHECK(myqsec_container_seal(&keys, read, nullptr, write, nullptr) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(myqsec_container_open(&keys, read, nullptr, write, nullptr) == MYQSEC_ERR_INVALID_ARGUMENT);
}

TEST_CASE("options, filters and pages of which nothing is said are those of NULL") {
    Host host;
    host.submit(host.secure, "document");
    const auto jobs = zero<myqsec_job_filter>();
    const auto users = zero<myqsec_user_filter>();
    const auto events = zero<myqsec_audit_filter>();
    const auto page = zero<myqsec_page>();
    auto& admin = *host.admin;
    CHECK(admin.list(myqsec_job_list, &jobs, &page).size() ==
          admin.list(myqsec_job_list, nullptr, nullptr).size());
    CHECK(admin.list(myqsec_user_list, &users, &page).size() ==
          admin.list(myqsec_user_list, nullptr, nullptr).size());
    CHECK(admin.list(myqsec_audit_list, &events, &page).size() ==
          admin.list(myqsec_audit_list, nullptr, nullptr).size());

    const auto exporting = zero<myqsec_audit_export_options>();
    const auto write = [](void*, const void*, std::size_t) { return 0; };
    CHECK(myqsec_audit_export(admin.get(), &exporting, write, nullptr, nullptr) ==
          MYQSEC_ERR_INVALID_ARGUMENT);
    auto lines = exporting;
    lines.format = MYQSEC_AUDIT_JSON_LINES;
    std::string text;
    const auto append = [](void* to, const void* data, std::size_t length) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(data), length);
        return 0;
    };
    check(myqsec_audit_export(admin.get(), &lines, append, &text, nullptr));
    CHECK(text.find("\"sequence\":1,") != std::string::npos);
    CHECK(text.find("payslip") == std::string::npos);  // without names

    const auto backup = zero<myqsec_backup_options>();
    auto info = zero<myqsec_backup_info>();
    check(myqsec_backup_create(admin.get(), (host.folder.path() + "/backup").c_str(), &backup, &info));
    CHECK(info.expires > info.created);
    const auto release = zero<myqsec_release_options>();
    test::Tray tray;
    const auto sink = tray.sink();
    const auto job = host.submit(host.privately, "once");
    auto owner = host.by_card();
    check(myqsec_job_release(owner.get(), job, &release, &sink));
    CHECK(myqsec_job_release(owner.get(), job, &release, &sink) == MYQSEC_ERR_NOT_FOUND);

    const auto options = zero<myqsec_options>();
    const auto root = host.root();
    myqsec_engine* engine = nullptr;
    check(myqsec_create((host.folder.path() + "/other").c_str(), &root, &options, &engine));
    CHECK(myqsec_close(engine) == MYQSEC_OK);
}
