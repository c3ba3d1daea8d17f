#include "audit/key_chain.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace myqsec::audit {

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
