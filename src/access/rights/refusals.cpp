#include "access/rights/refusals.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace myqsec::access {

namespace {

constexpr Duration counted_for = std::chrono::minutes(15);

std::string kind_of_event(const audit::Event& event) {
    auto kind = fmt::format("{}:{}:{}:{}", static_cast<int>(event.action), to_hex(event.actor.pseudonym),
                            static_cast<int>(event.object.kind), event.object.id);
    for (const auto& change : event.changes)
        kind.append("\n").append(change.field).append("=").append(change.new_value);
    return kind;
}

/// Whose account was tried stays named, because lockout bounds what there is to tell of one.
audit::Event without_place(audit::Event event) {
    const bool tried = event.actor.kind == audit::ActorKind::anonymous;
    if (!tried || event.object.kind != audit::ObjectKind::user) event.object = {};
    std::erase_if(event.changes, [](const audit::Change& change) {
        return change.field == "device" || change.field == "source" || change.field == "duration";
    });
    return event;
}

}  // namespace

void Refusals::add(const audit::Event& refusal, const std::string& kind, Instant now) {
    auto& counted = kinds_.try_emplace(kind, Kind{refusal, now}).first->second;
    ++counted.more;
    // What is told of all of them is what they have in common.
    if (counted.event.object != refusal.object) counted.event.object = {};
}

/// Whether it is told of later. Otherwise the caller writes its event now.
bool Refusals::counted(const audit::Event& refusal, const std::string& kind, bool at_once) {
    const auto now = vault_.clock().now();
    const std::lock_guard lock(mutex_);
    if (kinds_.contains(kind) || (!at_once && kinds_.size() < most_kinds)) {
        add(refusal, kind, now);
    } else if (kinds_.size() >= most_kinds) {
        const auto merged = without_place(refusal);
        add(merged, kind_of_event(merged), now);
    } else {
        kinds_.emplace(kind, Kind{refusal, now});
        return false;
    }
    return true;
}

void Refusals::record(const audit::Event& refusal, std::string kind) {
    if (kind.empty()) kind = kind_of_event(refusal);
    if (counted(refusal, kind, true)) return;
    try {
        storage::Transaction transaction(vault_.main());
        audit_.append(transaction, refusal);
        transaction.commit();
    } catch (...) {
        const std::lock_guard lock(mutex_);
        kinds_.erase(kind);
        throw;
    }
}

void Refusals::count(const audit::Event& refusal, const std::string& kind) {
    static_cast<void>(counted(refusal, kind, false));
}

void Refusals::append(storage::Transaction& transaction, const audit::Event& refusal) {
    const auto own_kind = [&] {
        const std::lock_guard lock(mutex_);
        return fmt::format("#{}", ++serial_);
    }();
    if (!counted(refusal, own_kind, true)) audit_.append(transaction, refusal);
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
