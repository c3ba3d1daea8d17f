// kill -9 while 16 threads submit, log in and release on one instance and share their syncs: what any of them
// was told is so, and every fact has its event. MYQSEC_KILLS sets how often.
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/engine.hpp"
#include "base/campaign.hpp"
#include "base/shared_memory.hpp"

using namespace myqsec;
using test::Host;

namespace {

constexpr int workers = 16;
constexpr int most_jobs = 4000;

enum class Told : std::uint8_t { nothing, held, releasing, released };

/// What one thread was told of its jobs, in memory that outlives the process.
struct Account {
    std::array<std::int64_t, most_jobs> jobs{};
    std::array<std::atomic<Told>, most_jobs> told{};
    std::atomic<int> count = 0;
};
using Accounts = std::array<Account, workers>;

std::string document_of(int worker, int number) {
    std::string text = fmt::format("{} of worker {}\n", number, worker);
    text.resize(text.size() + 300 * (number % 7), '.');
    return text;
}

struct People {
    std::array<std::int64_t, workers> users{}, devices{};
    static std::string card(int worker) { return fmt::format("04aa{:04x}", worker); }
};

void work(Engine& engine, const Host& host, const People& people, int worker, Account& account) {
    const auto system = engine.system_session();
    myqsec_device_callbacks callbacks = MYQSEC_DEVICE_CALLBACKS_INIT;
    callbacks.clear_memory = [](void*, std::int64_t) { return 0; };
    check(myqsec_device_attach(system.get(), people.devices[worker], &callbacks));
    const auto card = People::card(worker);
    myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
    credentials.card = card.c_str();
    while (account.count < most_jobs) {
        const int number = account.count;
        auto fields = host.job_fields(number % 2 == 0 ? host.privately : host.secure);
        fields.owner = people.users[worker];
        auto writer = system.submit(fields);
        writer.write(std::string_view(document_of(worker, number)));
        account.jobs[number] = writer.finish();
        account.told[number] = Told::held;
        ++account.count;
        if (number % 3 == 0) continue;  // stays
        const auto session = system.device_login(people.devices[worker], credentials);
        account.told[number] = Told::releasing;
        test::Tray tray;
        check(Host::release(session, account.jobs[number], tray));
        account.told[number] = Told::released;
        check(myqsec_logout(session.get()));
    }
}

[[noreturn]] void work_until_killed(Host& host, const People& people, Accounts& accounts) {
    try {
        auto engine = host.open();
        std::vector<std::jthread> threads;
        for (int worker = 0; worker < workers; ++worker) {
            threads.emplace_back([&, worker] {
                try {
                    work(engine, host, people, worker, accounts[worker]);
                } catch (const std::exception& failure) {
                    std::fprintf(stderr, "worker %d: %s\n", worker, failure.what());
                    ::_exit(1);
                }
            });
        }
        threads.clear();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
    }
    ::_exit(1);
}

/// By the audit log: how often each job was held and released.
struct Events {
    std::map<std::int64_t, int> held, released;

    explicit Events(const Host& host) {
        auto page = test::most_rows;
        std::int64_t sequence = 0;
        do {
            const auto list = host.admin->list(myqsec_audit_list, nullptr, &page);
            for (const auto event : list) {
                REQUIRE(event.integer("sequence") == ++sequence);
                if (event.text("action") == "job.held") ++held[event.integer("object")];
                if (event.text("action") == "job.released") ++released[event.integer("object")];
            }
            check(myqsec_list_more(list.get(), &page.after));
        } while (page.after != 0);
    }
};

void check_accounts(const Host& host, const Accounts& accounts, const Events& events) {
    for (int worker = 0; worker < workers; ++worker) {
        const Account& account = accounts[worker];
        for (int number = 0; number < account.count; ++number) {
            const auto job = account.jobs[number];
            CAPTURE(job);
            REQUIRE(events.held.contains(job));
            const bool there = host.has_job(job);
            const bool private_queue = number % 2 == 0;
            switch (account.told[number]) {
                case Told::held:
                    REQUIRE(there);
                    REQUIRE(host.state(job) == "pending-held");
                    break;
                case Told::releasing:
                    REQUIRE((there || private_queue));
                    if (!there) REQUIRE(events.released.contains(job));
                    break;
                case Told::released:
                    REQUIRE(events.released.contains(job));
                    REQUIRE(there != private_queue);
                    if (there) REQUIRE(host.state(job) == "completed");
                    break;
                case Told::nothing:
                    break;
            }
        }
    }
}

}  // namespace

TEST_CASE("a kill among 16 threads that submit, log in and release loses nothing that any of them was told") {
    Host host;
    People people;
    for (int worker = 0; worker < workers; ++worker) {
        const auto name = fmt::format("person{}", worker);
        people.users[worker] = host.new_user(name.c_str(), People::card(worker).c_str());
        myqsec_device_fields fields = MYQSEC_DEVICE_FIELDS_INIT;
        fields.name = name.c_str();
        fields.methods = MYQSEC_METHOD_CARD;
        people.devices[worker] = host.admin->create(myqsec_device_create, &fields);
    }
    host.close();
    const test::SharedMemory<Accounts> accounts;
    std::mt19937 random(7);
    const test::Rounds rounds("MYQSEC_KILLS", 12);
    int jobs = 0;
    for (int round = 0; rounds.more(round); ++round) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) work_until_killed(host, people, *accounts);
        std::this_thread::sleep_for(std::chrono::milliseconds(40 + random() % 250));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        host.reopen();
        check_accounts(host, *accounts, Events(host));
        for (Account& account : *accounts) {  // so that the next round begins with few
            jobs += account.count;
            for (int number = 0; number < account.count; ++number)
                static_cast<void>(myqsec_job_delete(host.admin->get(), account.jobs[number]));
            account.count = 0;
        }
        host.close();
    }
    MESSAGE("jobs: " << jobs);
    CHECK(jobs > workers);
}
