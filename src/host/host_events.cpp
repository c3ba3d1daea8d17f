#include "host/host_events.hpp"

#include <set>
#include <string>

#include "base/error.hpp"
#include "base/unicode.hpp"
#include "host/host_name.hpp"

namespace myqsec::host {

namespace {

constexpr std::string_view name_field = "event";

std::vector<audit::Change> changes_of(const HostEvent& event) {
    if (event.fields.size() > most_event_fields)
        fail(Status::ERR_LIMIT, "an event of the host has at most {} fields", most_event_fields);
    std::vector<audit::Change> out{
        {std::string(name_field), "", "host." + host_name("an event of the host", event.name)}};
    std::set<std::string> names{std::string(name_field)};
    for (const auto& field : event.fields) {
        auto name = host_name("a field of an event of the host", field.name);
        if (!names.insert(name).second) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "the field '{}' of an event of the host is given twice, or is the event's own", name);
        }
        out.push_back({std::move(name), cleaned(field.old_value, longest_event_value),
                       cleaned(field.new_value, longest_event_value)});
    }
    return out;
}

}  // namespace

void HostEvents::record(const access::Principal& principal, const HostEvent& event) {
    const auto proof = access_.authority.authorise(principal, access::Right::host_event_record);
    audit::Event out{
        audit::Action::host_event, proof.actor(), event.object, event.result, changes_of(event), {}};
    if (!event.details.empty() && !event.person) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "details of an event of the host need the person whom they are about");
    }
    storage::Transaction transaction(vault_.main());
    if (event.person) {
        const auto leaf = access_.users.person(event.person);
        if (!event.details.empty())
            out.personal.push_back({leaf, "details", cleaned(event.details, longest_event_value)});
    }
    audit_.append(transaction, out);
    transaction.commit();
}

}  // namespace myqsec::host
