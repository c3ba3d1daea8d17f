// Rights to settings, area by area.
#include <set>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

TEST_CASE("a setting is changed, seen or neither by the rights to its area") {
    Host host;
    std::int64_t role = 0;
    check(myqsec_role_create(host.admin->get(), "retention", "settings.change.jobs settings.read.audit",
                             &role));
    myqsec_role_grant grant = MYQSEC_ROLE_GRANT_INIT;
    grant.user = host.new_user("eva", "04a2241b77");
    grant.everywhere = 1;
    check(myqsec_role_give(host.admin->get(), "retention", &grant));
    check(myqsec_user_set_password(host.admin->get(), grant.user, nullptr, "a long enough password"));
    const auto eva = host.system->login("eva", "a long enough password");
    std::set<std::string> areas;
    for (const auto row : eva.list(myqsec_setting_list))
        areas.insert(std::string(row.text("area")));
    CHECK(areas == std::set<std::string>{"jobs", "audit"});
    CHECK(myqsec_setting_set(eva.get(), "queue.retention", "2h") == MYQSEC_OK);
    CHECK(eva.list(myqsec_setting_get, "queue.retention").first().text("value") == "2h");
    CHECK(eva.list(myqsec_setting_get, "audit.retention").size() == 1);
    CHECK(myqsec_setting_set(eva.get(), "audit.retention", "2d") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_setting_set(eva.get(), "pin.length", "8") == MYQSEC_ERR_ACCESS_DENIED);
    myqsec_list* list = nullptr;
    CHECK(myqsec_setting_get(eva.get(), "pin.length", &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_clock_confirm(eva.get()) == MYQSEC_ERR_ACCESS_DENIED);
}
