#include "access/refusals.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace myqsec::access {

namespace {

constexpr Duration counted_for = std::chrono::minutes(15);
/// Beyond that, those of one reason are one kind, whatever else they say: sources are the attacker's to
/// choose.
constexpr std::size_t most_kinds = 10'000;

std::string kind_of_event(const audit::Event& event) {
    auto kind = fmt::format("{}:{}", static_cast<int>(event.object.kind), event.object.id);
    for (const auto& change : event.changes)
        kind.append("\n").append(change.field).append("=").append(change.new_value);
    return kind;
}

audit::Event without_place(audit::Event event) {
    event.object = {};
    std::erase_if(event.changes, [](const audit::Change& change) {
        return change.field == "device" || change.field == "source";
    });
    return event;
}

}  // namespace

void Refusals::record(const audit::Event& refusal) {
    auto event = refusal;
    auto kind = kind_of_event(event);
    const auto now = vault_.clock().now();
    {
        const std::lock_guard lock(mutex_);
        if (kinds_.size() >= most_kinds && !kinds_.contains(kind)) {
            event = without_place(std::move(event));
            kind = kind_of_event(event);
        }
        if (const auto known = kinds_.find(kind); known != kinds_.end()) {
            ++known->second.more;
            return;
        }
        kinds_.emplace(kind, Kind{event, now});
    }
    try {
        storage::Transaction transaction(vault_.main());
        audit_.append(transaction, event);
        transaction.commit();
    } catch (...) {
        const std::lock_guard lock(mutex_);
        kinds_.erase(kind);
        throw;
    }
}

Instant Refusals::tick() {
    const auto now = vault_.clock().now();
    Kinds due;
    auto next = Instant::max();
    {
        const std::lock_guard lock(mutex_);
        for (auto it = kinds_.begin(); it != kinds_.end();) {
            const auto here = it++;
            const auto ends = here->second.since + counted_for;
            if (ends <= now || here->second.since > now) {
                due.insert(kinds_.extract(here));
            } else {
                next = std::min(next, ends);
            }
        }
    }
    tell(due);
    return next;
}

void Refusals::close() {
    Kinds due;
    {
        const std::lock_guard lock(mutex_);
        due.swap(kinds_);
    }
    tell(due);
}

void Refusals::tell(const Kinds& counted) {
    if (std::ranges::none_of(counted, [](const auto& one) { return one.second.more > 0; })) return;
    try {
        storage::Transaction transaction(vault_.main());
        for (const auto& [name, kind] : counted) {
            if (kind.more == 0) continue;
            auto event = kind.event;
            event.changes.push_back({"more", "", fmt::format("{}", kind.more)});
            audit_.append(transaction, event);
        }
        transaction.commit();
    } catch (...) {
        put_back(counted);
        throw;
    }
}

void Refusals::put_back(Kinds counted) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, kind] : counted) {
        if (const auto since = kinds_.find(name); since != kinds_.end()) since->second.more += kind.more;
    }
    kinds_.merge(counted);
}

}  // namespace myqsec::access
