#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;
using test::one_row;

namespace {

int collect(void* context, const void* data, size_t length) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data), length);
    return 0;
}

struct Source {
    std::string bytes;
    std::size_t at = 0;
};

int give(void* context, void* data, size_t* length) {
    auto& source = *static_cast<Source*>(context);
    *length = std::min<std::size_t>(*length, source.bytes.size() - source.at);
    source.bytes.copy(static_cast<char*>(data), *length, source.at);
    source.at += *length;
    return 0;
}

std::string exported(const Session& session, std::uint32_t format, std::int64_t from = 1) {
    myqsec_audit_export_options options = MYQSEC_AUDIT_EXPORT_OPTIONS_INIT;
    options.format = format;
    options.from = from;
    std::string out;
    CHECK(myqsec_audit_export(session.get(), &options, collect, &out, nullptr) == MYQSEC_OK);
    return out;
}

std::string first_key(const Session& session) {
    return session.list(myqsec_audit_keys).first().text("key");
}

}  // namespace

TEST_CASE("a bundle is verified without an engine, and the verdict names what is wrong") {
    std::string bundle, key, note;
    {
        Host host;
        key = first_key(*host.admin);
        note = host.admin->list(myqsec_audit_checkpoint).first().text("note");
        host.submit(host.secure, "document");
        CHECK(myqsec_audit_rotate_key(host.admin->get()) == MYQSEC_OK);
        bundle = exported(*host.admin, MYQSEC_AUDIT_BUNDLE);
        CHECK(bundle.find("payslip") == std::string::npos);
    }
    myqsec_audit_verdict verdict = MYQSEC_AUDIT_VERDICT_INIT;
    Source source{bundle};
    CHECK(myqsec_audit_verify(give, &source, key.c_str(), note.c_str(), &verdict) == MYQSEC_OK);
    CHECK(verdict.wrong_event == 0);
    CHECK(verdict.epoch == 2);
    CHECK(verdict.proven == verdict.size);
    CHECK(verdict.sealed_values > 0);

    source = {bundle.substr(0, bundle.size() / 2)};
    CHECK(myqsec_audit_verify(give, &source, key.c_str(), nullptr, &verdict) == MYQSEC_ERR_TAMPERED);
    CHECK(verdict.wrong_event == verdict.proven + 1);
    CHECK(
        std::string(myqsec_last_error()).starts_with("event " + std::to_string(verdict.wrong_event) + ": "));
    verdict.struct_size = 8;
    CHECK(myqsec_audit_verify(give, &source, key.c_str(), nullptr, &verdict) == MYQSEC_ERR_INVALID_ARGUMENT);
}

TEST_CASE("a sink that refuses is told from where to go on, and may not call back") {
    Host host;
    struct Refusing {
        myqsec_session* session;
        myqsec_status inside = MYQSEC_OK;
    } refusing{host.admin->get()};
    const auto refuse = [](void* context, const void*, size_t) {
        auto& self = *static_cast<Refusing*>(context);
        myqsec_list* list = nullptr;
        self.inside = myqsec_audit_head(self.session, &list);
        return 7;
    };
    std::int64_t next = 0;
    CHECK(myqsec_audit_export(host.admin->get(), nullptr, refuse, &refusing, &next) == MYQSEC_ERR_CALLBACK);
    CHECK(refusing.inside == MYQSEC_ERR_REENTRANT);
    CHECK(next == 1);
    std::string lines;
    CHECK(myqsec_audit_export(host.admin->get(), nullptr, collect, &lines, &next) == MYQSEC_OK);
    CHECK(static_cast<std::int64_t>(std::count(lines.begin(), lines.end(), '\n')) == next - 1);
    CHECK(host.count("audit.exported") == 2);
}

TEST_CASE("who may not read the audit log gets no part of it, and who may not manage keys changes none") {
    Host host;
    const auto jana = host.by_card();
    myqsec_list* list = nullptr;
    std::string out;
    CHECK(myqsec_audit_checkpoint(jana.get(), &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_audit_keys(jana.get(), &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_audit_inclusion(jana.get(), 1, 0, &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_audit_consistency(jana.get(), 1, 0, &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_audit_export(jana.get(), nullptr, collect, &out, nullptr) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(out.empty());
    CHECK(myqsec_audit_rotate_key(jana.get()) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(host.admin->list(myqsec_audit_keys).size() == 1);
}

TEST_CASE("options of an export that make no sense are refused") {
    Host host;
    std::string out;
    const auto status = [&](auto change) {
        myqsec_audit_export_options options = MYQSEC_AUDIT_EXPORT_OPTIONS_INIT;
        change(options);
        return myqsec_audit_export(host.admin->get(), &options, collect, &out, nullptr);
    };
    CHECK(status([](auto& o) { o.format = 0; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& o) { o.format = 4; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& o) { o.from = -1; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& o) { o.personal = 2; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& o) { o.reserved = 1; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& o) { o.host_name = "two words"; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& o) {
              o.format = MYQSEC_AUDIT_BUNDLE;
              o.personal = 1;
          }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(out.empty());
}

TEST_CASE("a tick ends the signing epoch and prunes what is too old, unless the clock is not trusted") {
    Host host;
    check(myqsec_setting_set(host.admin->get(), "audit.epoch", "1h"));
    check(myqsec_setting_set(host.admin->get(), "audit.retention", "1d"));
    for (int i = 0; i < 300; ++i)
        check(myqsec_setting_set(host.admin->get(), "pin.length", i % 2 == 0 ? "7" : "6"));
    check(myqsec_tick(host.system->get(), nullptr));
    host.now += 1000LL * 3600 * 48;
    check(myqsec_tick(host.system->get(), nullptr));
    CHECK(host.engine->system_session().get() != nullptr);
    auto admin = host.system->login("admin", host.admin_password);
    CHECK(admin.list(myqsec_audit_keys).size() == 2);
    CHECK(admin.list(myqsec_audit_list, nullptr, &one_row).first().integer("sequence") == 1);
    check(myqsec_clock_confirm(admin.get()));
    check(myqsec_tick(host.system->get(), nullptr));
    CHECK(admin.list(myqsec_audit_list, nullptr, &one_row).first().integer("sequence") == 1);
    for (int half_hours = 0; half_hours < 50; ++half_hours) {
        host.now += 1000LL * 1800;
        check(myqsec_tick(host.system->get(), nullptr));
    }
    admin = host.system->login("admin", host.admin_password);
    CHECK(admin.list(myqsec_audit_list, nullptr, &one_row).first().integer("sequence") == 257);
    Source source{exported(admin, MYQSEC_AUDIT_BUNDLE)};
    myqsec_audit_verdict verdict = MYQSEC_AUDIT_VERDICT_INIT;
    CHECK(myqsec_audit_verify(give, &source, first_key(admin).c_str(), nullptr, &verdict) == MYQSEC_OK);
    CHECK(verdict.first == 257);
}
