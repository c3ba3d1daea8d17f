#include "audit/signing/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace myqsec::audit {

namespace {

constexpr std::string_view epoch_word = "epoch ";
constexpr std::string_view next_word = "next ";

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Leading zeros and signs are caught by comparing with what would be written.
template <typename Number>
Number number(std::string_view text) {
    Number value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view behind(std::string_view line, std::string_view word) {
    return line.starts_with(word) ? line.substr(word.size()) : std::string_view();
}

}  // namespace

std::string Checkpoint::text() const {
    auto out = fmt::format("{}\n{}\n{}\n{}{}\n", origin, size, to_base64(root), epoch_word, epoch);
    if (next) out += fmt::format("{}{}\n", next_word, next->text());
    return out;
}

std::optional<Checkpoint> Checkpoint::parse(std::string_view text) {
    const auto lines = lines_of(text);
    if (lines.size() < 4 || lines.size() > 5) return std::nullopt;
    Checkpoint checkpoint;
    checkpoint.origin = lines[0];
    checkpoint.size = number<std::int64_t>(lines[1]);
    const auto root = from_base64(lines[2]);
    if (!root || root->size() != checkpoint.root.size()) return std::nullopt;
    std::ranges::copy(*root, checkpoint.root.begin());
    checkpoint.epoch = number<std::uint32_t>(behind(lines[3], epoch_word));
    if (lines.size() == 5) {
        checkpoint.next = NoteKey::parse(behind(lines[4], next_word));
        if (!checkpoint.next) return std::nullopt;
    }
    if (checkpoint.size < 0 || checkpoint.text() != text) return std::nullopt;
    return checkpoint;
}

SignedCheckpoint sign_checkpoint(const Checkpoint& checkpoint, crypto::SigningKey& key) {
    return {checkpoint, sign_note(checkpoint.text(), checkpoint.origin, key)};
}

std::optional<SignedCheckpoint> take_checkpoint(std::string_view& rest) {
    auto behind_it = rest;
    auto note = take_note(behind_it);
    if (!note) return std::nullopt;
    auto checkpoint = Checkpoint::parse(note->text);
    if (!checkpoint) return std::nullopt;
    rest = behind_it;
    return SignedCheckpoint{std::move(*checkpoint), std::move(*note)};
}

std::optional<std::string> KeyChain::objection(const SignedCheckpoint& checkpoint) const {
    const auto& [said, note] = checkpoint;
    if (said.origin != key().name)
        return fmt::format("the checkpoint for {} events is of another log", said.size);
    if (said.epoch == epoch() && note.is_signed_by(key())) return std::nullopt;
    const auto retired = std::find_if(keys_.begin(), keys_.end() - 1, [&text = note](const NoteKey& each) {
        return text.is_signed_by(each);
    });
    if (retired != keys_.end() - 1) {
        return fmt::format("the checkpoint for {} events is signed with the retired key of epoch {}",
                           said.size, retired - keys_.begin() + 1);
    }
    return fmt::format("the checkpoint for {} events is not signed with the key of epoch {}", said.size,
                       epoch());
}

}  // namespace myqsec::audit
