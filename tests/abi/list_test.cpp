// Lists through the C ABI: pages and their ends, filters, and what is refused.
#include <set>

#include "abi/engine.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

std::vector<std::int64_t> column(const List& list, const char* name) {
    std::vector<std::int64_t> out;
    for (const auto row : list)
        out.push_back(row.integer(name));
    return out;
}

struct Jobs : Host {
    Jobs() {
        for (int i = 0; i < 5; ++i)
            jobs.push_back(submit(i % 2 == 0 ? secure : direct, "page"));
    }
    std::vector<std::int64_t> jobs;
};

}  // namespace

TEST_CASE("a list says where its next page begins, and that there is none") {
    Jobs host;
    myqsec_page page = MYQSEC_PAGE_INIT;
    page.limit = 2;
    page.order = MYQSEC_NEWEST_FIRST;
    std::vector<std::int64_t> seen;
    int pages = 0;
    do {
        const auto list = host.admin->list(myqsec_job_list, nullptr, &page);
        for (const auto job : column(list, "id"))
            seen.push_back(job);
        page.after = list.more();
        ++pages;
    } while (page.after != 0);
    CHECK(pages == 3);
    CHECK(seen == std::vector<std::int64_t>(host.jobs.rbegin(), host.jobs.rend()));
    CHECK(host.admin->list(myqsec_session_info).more() == 0);
}

TEST_CASE("a job's uuid is a random one of RFC 9562, version 4") {
    Jobs host;
    std::set<std::string> seen;
    for (const auto job : host.admin->list(myqsec_job_list, nullptr, nullptr)) {
        const auto uuid = job.text("uuid");
        seen.insert(uuid);
        REQUIRE(uuid.size() == 36);
        CHECK(uuid[14] == '4');
        CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
    }
    CHECK(seen.size() == host.jobs.size());
}

TEST_CASE("filters of jobs, users and events take what they name") {
    Jobs host;
    myqsec_job_filter job_filter = MYQSEC_JOB_FILTER_INIT;
    job_filter.queue = host.direct;
    job_filter.states = "pending-held completed";
    CHECK(column(host.admin->list(myqsec_job_list, &job_filter, nullptr), "id") ==
          std::vector{host.jobs[1], host.jobs[3]});

    myqsec_user_filter user_filter = MYQSEC_USER_FILTER_INIT;
    user_filter.user_name = "JANA";
    CHECK(column(host.admin->list(myqsec_user_list, &user_filter, nullptr), "id") == std::vector{host.jana});
    user_filter.user_name = "nobody";
    CHECK(host.admin->list(myqsec_user_list, &user_filter, nullptr).size() == 0);

    myqsec_audit_filter audit_filter = MYQSEC_AUDIT_FILTER_INIT;
    audit_filter.object_kind = "job";
    audit_filter.object = host.jobs[2];
    const auto of_job = host.admin->list(myqsec_audit_list, &audit_filter, nullptr);
    CHECK(of_job.size() == 1);
    CHECK(of_job.first().text("action") == "job.held");
    audit_filter = MYQSEC_AUDIT_FILTER_INIT;
    audit_filter.actor_user = host.jana;
    { const auto at_device = host.by_card(); }
    const auto of_jana = host.admin->list(myqsec_audit_list, &audit_filter, nullptr);
    REQUIRE(of_jana.size() > 0);
    const std::string pseudonym = of_jana.first().text("actor");
    audit_filter = MYQSEC_AUDIT_FILTER_INIT;
    audit_filter.actor = pseudonym.c_str();
    CHECK(host.admin->list(myqsec_audit_list, &audit_filter, nullptr).size() == of_jana.size());
    audit_filter.action = "session.login";
    CHECK(host.admin->list(myqsec_audit_list, &audit_filter, nullptr).size() == 1);
}

TEST_CASE("pages and filters that mean nothing are refused by name") {
    Jobs host;
    const auto refused = [&](const myqsec_page& page, const char* what) {
        myqsec_list* list = nullptr;
        CHECK_FAILS(myqsec_user_list(host.admin->get(), nullptr, &page, &list), MYQSEC_ERR_INVALID_ARGUMENT,
                    what);
        CHECK(list == nullptr);
    };
    refused({sizeof(myqsec_page), MYQSEC_MOST_ROWS + 1, 0, 0, 0}, "page.limit");
    refused({sizeof(myqsec_page), 0, 2, 0, 0}, "page.order");
    refused({sizeof(myqsec_page), 0, 0, 1, 0}, "reserved");
    refused({sizeof(myqsec_page), 0, 0, 0, -1}, "page.after");
    const auto unknown = [&](const myqsec_audit_filter& filter, myqsec_status status, const char* what) {
        myqsec_list* list = nullptr;
        CHECK_FAILS(myqsec_audit_list(host.admin->get(), &filter, nullptr, &list), status, what);
    };
    myqsec_audit_filter filter = MYQSEC_AUDIT_FILTER_INIT;
    filter.object = 1;
    unknown(filter, MYQSEC_ERR_INVALID_ARGUMENT, "object_kind");
    filter.object_kind = "thing";
    unknown(filter, MYQSEC_ERR_INVALID_ARGUMENT, "object_kind");
    filter = MYQSEC_AUDIT_FILTER_INIT;
    filter.action = "job.eaten";
    unknown(filter, MYQSEC_ERR_INVALID_ARGUMENT, "action");
    filter.action = nullptr;
    filter.actor = "jana";
    unknown(filter, MYQSEC_ERR_INVALID_ARGUMENT, "filter.actor");
    filter.actor_user = host.jana;
    unknown(filter, MYQSEC_ERR_INVALID_ARGUMENT, "not by both");
    filter.actor = nullptr;
    filter.actor_user = 9999;
    unknown(filter, MYQSEC_ERR_NOT_FOUND, "9999");
    myqsec_job_filter jobs = MYQSEC_JOB_FILTER_INIT;
    jobs.states = "pending-held eaten";
    myqsec_list* list = nullptr;
    CHECK_FAILS(myqsec_job_list(host.admin->get(), &jobs, nullptr, &list), MYQSEC_ERR_INVALID_ARGUMENT,
                "state");
}

TEST_CASE("queues and devices are found by their names, and what one may not see is not there") {
    Host host;
    const auto find = [](auto function, const Session& session, const char* name) {
        std::int64_t id = 0;
        const auto status = function(session.get(), name, &id);
        CHECK((status == MYQSEC_OK) == (id != 0));
        return status == MYQSEC_OK ? id : std::int64_t{status};
    };
    CHECK(find(myqsec_queue_find, *host.system, "secure") == host.secure);
    CHECK(find(myqsec_queue_find, *host.system, "secur") == MYQSEC_ERR_NOT_FOUND);
    CHECK(find(myqsec_device_find, *host.system, "lobby") == host.device);
    CHECK(find(myqsec_device_find, *host.admin, "cellar") == MYQSEC_ERR_NOT_FOUND);
    const auto jana = host.system->login("jana", Host::password);
    CHECK(find(myqsec_device_find, jana, "lobby") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(find(myqsec_queue_find, jana, "private") == host.privately);
    myqsec_queue_fields fields = MYQSEC_QUEUE_FIELDS_INIT;
    fields.restricted = MYQSEC_YES;
    check(myqsec_queue_change(host.admin->get(), host.privately, &fields));
    const auto denials = host.count("session.denied");
    CHECK(find(myqsec_queue_find, jana, "private") == MYQSEC_ERR_NOT_FOUND);
    CHECK(host.count("session.denied") == denials + 1);
    CHECK(find(myqsec_queue_find, jana, "nothing") == MYQSEC_ERR_NOT_FOUND);
    CHECK(find(myqsec_queue_find, *host.admin, "private") == host.privately);
}
