#include "audit/signing/control_events.hpp"

#include <charconv>

namespace myqsec::audit {

namespace {

std::int64_t number(const std::string& text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

std::vector<Change> KeyChange::changes() const {
    return {{"epoch", std::to_string(epoch - 1), std::to_string(epoch)},
            {"public_key", old_key ? old_key->text() : std::string(), new_key.text()}};
}

std::optional<KeyChange> KeyChange::parse(const std::vector<Change>& changes) {
    if (changes.size() != 2) return std::nullopt;
    const auto key = NoteKey::parse(changes[1].new_value);
    if (!key) return std::nullopt;
    const KeyChange change{static_cast<std::uint32_t>(number(changes[0].new_value)),
                           NoteKey::parse(changes[1].old_value), *key};
    return change.changes() == changes ? std::optional(change) : std::nullopt;
}

std::vector<Change> Pruning::changes() const {
    return {{"first", std::to_string(old_first), std::to_string(new_first)}};
}

std::optional<Pruning> Pruning::parse(const std::vector<Change>& changes) {
    if (changes.size() != 1) return std::nullopt;
    const Pruning pruning{number(changes[0].old_value), number(changes[0].new_value)};
    return pruning.changes() == changes ? std::optional(pruning) : std::nullopt;
}

}  // namespace myqsec::audit
