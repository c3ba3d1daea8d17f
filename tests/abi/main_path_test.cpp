#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;
using test::Tray;

TEST_CASE("a job waits for its owner and comes out byte for byte, however its owner logs in") {
    Host host;
    const std::string document = std::string(200'000, 'd').append("the end");
    myqsec_credentials card = MYQSEC_CREDENTIALS_INIT, pin = card, name_pin = card, name_password = card;
    card.card = "04a2241b";
    pin.pin = host.pin.c_str();
    name_pin.user_name = name_password.user_name = "jana";
    name_pin.pin = host.pin.c_str();
    name_password.password = Host::password;
    for (const auto& credentials : {card, pin, name_pin, name_password}) {
        const auto job = host.submit(host.secure, document);
        CHECK(host.state(job) == "pending-held");
        const auto jana = host.system->device_login(host.device, credentials);
        CHECK(jana.list(myqsec_session_info).first().integer("user") == host.jana);
        Tray tray;
        CHECK(Host::release(jana, job, tray) == MYQSEC_OK);
        CHECK(tray.printed == document);
        CHECK(tray.finished);
        CHECK(!tray.aborted);
        CHECK(host.state(job) == "completed");
    }
    CHECK(host.cleared == 4);
    CHECK(host.count("job.released") == 4);
    CHECK(host.count("session.login") >= 4);
}

TEST_CASE(
    "a job of a private queue is gone with its file when its release returns, one of a secure queue can be "
    "printed again") {
    Host host;
    const auto once = host.submit(host.privately, "once");
    const auto again = host.submit(host.secure, "again");
    CHECK(host.jobs().size() == 2);
    const auto jana = host.by_card();
    Tray tray;
    CHECK(Host::release(jana, once, tray) == MYQSEC_OK);
    CHECK(tray.printed == "once");
    CHECK(host.jobs().size() == 1);
    myqsec_list* list = nullptr;
    CHECK(myqsec_job_get(host.admin->get(), once, &list) == MYQSEC_ERR_NOT_FOUND);
    CHECK(list == nullptr);
    for (int i = 0; i < 2; ++i) {
        Tray copy;
        CHECK(Host::release(jana, again, copy) == MYQSEC_OK);
        CHECK(copy.printed == "again");
    }
    CHECK(host.admin->list(myqsec_job_get, again).first().integer("releases") == 2);
}

TEST_CASE("a direct queue's job is released by the host without a login, others are not") {
    Host host;
    Tray tray;
    CHECK(Host::release(*host.system, host.submit(host.direct, "direct"), tray) == MYQSEC_OK);
    CHECK(tray.printed == "direct");
    Tray none;
    CHECK(Host::release(*host.system, host.submit(host.secure, "secure"), none) == MYQSEC_ERR_NOT_FOUND);
    CHECK(none.printed.empty());
}

TEST_CASE("a cancelled job and a deleted one leave no document") {
    Host host;
    const auto cancelled = host.submit(host.secure, "one");
    const auto deleted = host.submit(host.secure, "two");
    const auto jana = host.by_card();
    CHECK(myqsec_job_cancel(jana.get(), cancelled) == MYQSEC_OK);
    CHECK(myqsec_job_delete(jana.get(), deleted) == MYQSEC_OK);
    CHECK(host.jobs().empty());
    CHECK(host.count("job.cancelled") == 1);
    CHECK(host.count("job.deleted") == 1);
    Tray tray;
    CHECK(Host::release(jana, cancelled, tray) != MYQSEC_OK);
    CHECK(tray.printed.empty());
}

TEST_CASE("a reader gives any part of a document, and the reading is audited") {
    Host host;
    std::string document;
    for (int i = 0; document.size() < 200'000; ++i)
        document += std::to_string(i) + ' ';
    const auto job = host.submit(host.secure, document);
    const auto jana = host.by_card();
    myqsec_job_reader* reader = nullptr;
    REQUIRE(myqsec_job_open(jana.get(), job, &reader) == MYQSEC_OK);
    std::uint64_t size = 0;
    CHECK(myqsec_job_reader_size(reader, &size) == MYQSEC_OK);
    CHECK(size == document.size());
    for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{65'530}, size - 5, size, size + 99}) {
        char part[100];
        std::size_t length = sizeof part;
        CHECK(myqsec_job_reader_read(reader, offset, part, &length) == MYQSEC_OK);
        CHECK(std::string(part, length) == (offset < size ? document.substr(offset, 100) : ""));
    }
    myqsec_job_reader_free(reader);
    CHECK(host.count("job.read") == 1);
}

TEST_CASE("what was set up is there after closing and opening") {
    Host host;
    const auto job = host.submit(host.secure, "kept");
    host.reopen();
    CHECK(host.engine->findings().size() == 0);
    host.attach();
    const auto jana = host.by_card();
    Tray tray;
    CHECK(Host::release(jana, job, tray) == MYQSEC_OK);
    CHECK(tray.printed == "kept");
}

TEST_CASE("the device is locked after a failed clear-memory until one succeeds, also across a restart") {
    Host host;
    host.clear_result = 7;
    auto jana = host.by_card();
    CHECK_FAILS(myqsec_logout(jana.get()), MYQSEC_ERR_CALLBACK, "memory");
    CHECK_FAILS(host.login_status("04a2241b"), MYQSEC_ERR_DEVICE_LOCKED, "device ");
    jana = Session(nullptr);
    host.reopen();
    CHECK_FAILS(host.login_status("04a2241b"), MYQSEC_ERR_DEVICE_LOCKED, "device ");
    host.clear_result = 0;
    host.attach();
    CHECK(host.login_status("04a2241b") == MYQSEC_OK);
    CHECK(host.count("device.clear-failed") >= 1);
}
