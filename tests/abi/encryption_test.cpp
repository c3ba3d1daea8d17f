#include <filesystem>

#include "abi/counters.hpp"
#include "abi/engine.hpp"

using namespace myqsec;
using test::Counters;
using test::Host;

TEST_CASE("an administrator switches a database's encryption, ticks convert it, and both ends are audited") {
    Host host;
    CHECK_FALSE(host.converts());
    CHECK(myqsec_encryption_set(host.by_card().get(), "main", 0) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_encryption_set(host.admin->get(), "jobs", 0) == MYQSEC_ERR_NOT_FOUND);
    CHECK(myqsec_encryption_set(host.admin->get(), "main", 2) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(myqsec_encryption_set(host.admin->get(), "main", 0) == MYQSEC_OK);
    CHECK(myqsec_encryption_set(host.admin->get(), "main", 0) == MYQSEC_OK);
    CHECK(host.count("encryption.change-began") == 1);
    CHECK(host.converts());
    const auto job = host.submit(host.secure, "a document");
    while (host.converts())
        host.system->tick();
    host.system->tick();
    CHECK(host.count("encryption.change-finished") == 1);
    const auto list = host.admin->list(myqsec_encryption_status);
    const auto row = list.first();
    CHECK(row.text("what") == "main");
    CHECK(row.text("encryption") == "off");
    CHECK(row.integer("pages") == row.integer("pages_done"));
    CHECK(host.state(job) == "pending-held");
}

TEST_CASE("an earlier keystore opens no copy of an instance in use, nor does a root that was rotated away") {
    Counters counters;
    for (const bool counted : {false, true}) {
        CAPTURE(counted);
        test::Place place;
        auto options = place.options();
        if (counted) options = counters.give_to(options);
        const auto engine = Engine::create(place.directory, place.root(), &options);
        const auto system = engine.system_session();
        const auto admin = system.login("admin", test::first_administrator(system));
        const auto earlier = test::read_file(place.directory + "/keystore");
        const auto before = place.root();
        const auto secret = std::string(32, 'n');
        auto after = before;
        after.secret = reinterpret_cast<const std::uint8_t*>(secret.data());
        check(myqsec_keys_rotate_root(admin.get(), &after));
        const auto copy = place.folder.path() + "/copy";
        std::filesystem::copy(place.directory, copy, std::filesystem::copy_options::recursive);
        myqsec_engine* out = nullptr;
        CHECK(myqsec_open(copy.c_str(), &before, &options, &out) == MYQSEC_ERR_WRONG_KEY);
        test::write_file(copy + "/keystore", earlier);
        CHECK_FAILS(myqsec_open(copy.c_str(), &before, &options, &out), MYQSEC_ERR_TAMPERED, "'keystore' is");
        options.accept_earlier_parts = 1;
        const auto accepted = Engine::open(copy, before, &options);
        CHECK(accepted.findings().first().text("code") == "keystore-earlier");
    }
}

TEST_CASE("a whole earlier state of the folder opens, but not beside the host's counter") {
    test::Place place;
    Counters counters;
    auto options = counters.give_to(place.options());
    { const auto engine = Engine::create(place.directory, place.root(), &options); }
    CHECK(counters.values.at(1) > 0);
    CHECK(counters.values.at(2) > 0);
    const std::string earlier = place.folder.path() + "/earlier";
    std::filesystem::copy(place.directory, earlier, std::filesystem::copy_options::recursive);
    { const auto engine = Engine::open(place.directory, place.root(), &options); }
    { const auto engine = Engine::open(place.directory, place.root(), &options); }
    const auto root = place.root();
    myqsec_engine* out = nullptr;
    CHECK(myqsec_open(earlier.c_str(), &root, &options, &out) == MYQSEC_ERR_TAMPERED);
    auto without = place.options();
    CHECK_FAILS(myqsec_open(earlier.c_str(), &root, &without, &out), MYQSEC_ERR_TAMPERED, "outside counter");
    without.accept_earlier_parts = 1;
    CHECK(myqsec_open(earlier.c_str(), &root, &without, &out) == MYQSEC_OK);
    CHECK(myqsec_close(out) == MYQSEC_OK);
    counters.result = 7;
    CHECK(myqsec_open(place.directory.c_str(), &root, &options, &out) == MYQSEC_ERR_CALLBACK);
    options.counter_read = nullptr;
    CHECK(myqsec_open(place.directory.c_str(), &root, &options, &out) == MYQSEC_ERR_INVALID_ARGUMENT);
}
