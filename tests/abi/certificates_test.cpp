#include <sstream>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;
using test::Tray;

namespace {

struct KeyPair {
    std::string certificate = std::string(16384, '\0');
    std::string key = std::string(16384, '\0');

    KeyPair() {
        std::size_t certificate_length = certificate.size();
        std::size_t key_length = key.size();
        const std::int64_t now = 1'800'000'000'000;
        check(myqsec_certificate_create(MYQSEC_KEY_ECDSA_P256, "office", now - 1000, now + 86'400'000,
                                        nullptr, certificate.data(), &certificate_length, key.data(),
                                        &key_length));
        certificate.resize(certificate_length - 1);
        key.resize(key_length - 1);
    }
    [[nodiscard]] const std::uint8_t* data() const {
        return reinterpret_cast<const std::uint8_t*>(certificate.data());
    }
};

std::int64_t import(const Host& host, const KeyPair& pair) {
    return host.admin->create(myqsec_certificate_import, "office", pair.data(), pair.certificate.size());
}

}  // namespace

TEST_CASE("a copy of a job's file opens with the private key of its queue's certificate, without an engine") {
    Host host;
    const KeyPair pair;
    const auto certificate = import(host, pair);
    myqsec_queue_fields fields = MYQSEC_QUEUE_FIELDS_INIT;
    fields.certificates = &certificate;
    fields.certificate_count = 1;
    check(myqsec_queue_change(host.admin->get(), host.secure, &fields));
    const std::string document(100'000, 'd');
    host.submit(host.secure, document);

    myqsec_container_keys keys = MYQSEC_CONTAINER_KEYS_INIT;
    keys.certificates = pair.certificate.c_str();
    keys.private_key = pair.key.c_str();
    std::istringstream file(test::read_file(host.jobs().front()));
    std::ostringstream out;
    open(keys, file, out);
    CHECK(out.str() == document);

    const auto list = host.admin->list(myqsec_certificate_list, nullptr);
    const auto row = list.first();
    CHECK(row.text("name") == "office");
    CHECK(row.text("subject").find("office") != std::string::npos);
    CHECK(row.bytes("fingerprint").size() == 32);
    CHECK(row.boolean("usable"));
    CHECK(row.integer("queues") == 1);
    CHECK_FAILS(myqsec_certificate_remove(host.admin->get(), certificate), MYQSEC_ERR_NOT_POSSIBLE, "in use");
}

TEST_CASE("tick converts held jobs when encryption is switched, and says when to go on") {
    Host host;
    const auto job = host.submit(host.secure, "READABLE");
    myqsec_queue_fields fields = MYQSEC_QUEUE_FIELDS_INIT;
    fields.encryption = MYQSEC_NO;
    check(myqsec_queue_change(host.admin->get(), host.secure, &fields));
    CHECK(host.admin->list(myqsec_queue_list, nullptr).first().boolean("converting"));
    CHECK(host.system->tick() <= host.now);
    host.system->tick();
    CHECK(!host.admin->list(myqsec_queue_list, nullptr).first().boolean("converting"));
    CHECK(test::read_file(host.jobs().front()).find("READABLE") != std::string::npos);
    Tray tray;
    CHECK(Host::release(host.by_card(), job, tray) == MYQSEC_OK);
    CHECK(tray.printed == "READABLE");
    CHECK(host.count("queue.converted") == 1);
}

TEST_CASE("certificates that are malformed, missing or too many are refused by name") {
    Host host;
    std::int64_t id = 0;
    const std::uint8_t junk[] = {1, 2, 3};
    auto* admin = host.admin->get();
    CHECK_FAILS(myqsec_certificate_import(admin, "x", junk, sizeof junk, &id), MYQSEC_ERR_INVALID_ARGUMENT,
                "neither PEM nor DER");
    CHECK_FAILS(myqsec_certificate_import(admin, "x", nullptr, 3, &id), MYQSEC_ERR_INVALID_ARGUMENT, "data");
    CHECK_FAILS(myqsec_certificate_import(admin, "x", junk, SIZE_MAX, &id), MYQSEC_ERR_INVALID_ARGUMENT,
                "65536");
    CHECK_FAILS(myqsec_certificate_remove(admin, 77), MYQSEC_ERR_NOT_FOUND, "77");
    const std::int64_t ids[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    myqsec_queue_fields fields = MYQSEC_QUEUE_FIELDS_INIT;
    fields.certificates = ids;
    fields.certificate_count = 8;
    CHECK_FAILS(myqsec_queue_change(admin, host.secure, &fields), MYQSEC_ERR_LIMIT, "7");
    fields.certificate_count = 1;
    CHECK_FAILS(myqsec_queue_change(admin, host.secure, &fields), MYQSEC_ERR_NOT_FOUND, "certificate 1");
    fields.certificates = nullptr;
    CHECK_FAILS(myqsec_queue_change(admin, host.secure, &fields), MYQSEC_ERR_INVALID_ARGUMENT,
                "fields.certificates");
}
