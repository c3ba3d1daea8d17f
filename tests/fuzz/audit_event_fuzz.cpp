// The parsers of audit events and of the personal values beside them. Nothing authenticates their bytes
// before they are parsed, so any mutation reaches them.
#include <algorithm>

#include "audit/event/event_format.hpp"
#include "fuzz/fuzz_target.hpp"

namespace myqsec::fuzz {

namespace {

void run_event(ByteView input) {
    audit::CanonicalEvent event;
    const auto status = attempt([&] { event = audit::decode_event(input); },
                                {Status::ERR_CORRUPT, Status::ERR_NEWER_VERSION});
    if (status != Status::OK) return;
    require(std::ranges::equal(audit::encode_event(event), input), "an event has one encoding");
    require(!audit::action_name(event.action).empty(), "every action has a name");
    static_cast<void>(audit::object_kind_name(event.object.kind));
    static_cast<void>(audit::actor_kind_name(event.actor.kind));
    static_cast<void>(audit::result_name(event.result));
}

void run_personal(ByteView input) {
    std::vector<audit::SealedPersonal> values;
    const auto status = attempt([&] { values = audit::decode_personal(input); }, {Status::ERR_CORRUPT});
    if (status != Status::OK) return;
    require(std::ranges::equal(audit::encode_personal(values), input), "personal values have one encoding");
}

}  // namespace

void run(ByteView input) {
    if (input.empty()) return;
    input[0] % 2 == 0 ? run_event(input.subspan(1)) : run_personal(input.subspan(1));
}

std::vector<Bytes> seeds() {
    audit::CanonicalEvent event;
    event.sequence = 7;
    event.time = from_milliseconds(1'800'000'000'000);
    event.action = audit::Action::job_held;
    event.object = {audit::ObjectKind::job, 12};
    const Bytes plain = audit::encode_event(event);
    event.changes = {{"queue", "", "3"}, {"size", "", "70000"}};
    event.personal = {{LeafId(4), "name", {}}};
    const audit::SealedPersonal value{{1, 2, 3}, Bytes(50, 4)};
    return {seed_of(0, plain), seed_of(0, audit::encode_event(event)),
            seed_of(1, audit::encode_personal({value, value}))};
}

}  // namespace myqsec::fuzz
