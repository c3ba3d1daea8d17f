#include "audit/pruned_part.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audit/bundle_format.hpp"
#include "base/base64.hpp"

namespace myqsec::audit {

namespace {

/// What is left is not well-formed.
struct Malformed {};

/// The hash on a line that begins with `word`, which is taken off the front; nothing for another line.
std::optional<crypto::Digest> take_hash(std::string_view& rest, std::string_view word) {
    if (!rest.starts_with(word)) return std::nullopt;
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) throw Malformed{};
    const auto bytes = from_base64(rest.substr(word.size(), end - word.size()));
    crypto::Digest hash{};
    if (!bytes || bytes->size() != hash.size()) throw Malformed{};
    std::ranges::copy(*bytes, hash.begin());
    rest.remove_prefix(end + 1);
    return hash;
}

PrunedPart read(std::string_view rest, std::int64_t pruned) {
    PrunedPart part;
    part.tiles = TileStack(static_cast<std::uint64_t>(pruned), [&](unsigned level, std::uint64_t) {
        const auto hash = take_hash(rest, fmt::format("{}{} ", bundle::tile_word, level));
        if (!hash) throw Malformed{};
        return *hash;
    });
    std::int64_t least = 1;
    while (!rest.empty()) {
        auto checkpoint = take_checkpoint(rest);
        if (!checkpoint || checkpoint->checkpoint.size < least || checkpoint->checkpoint.size > pruned)
            throw Malformed{};
        least = checkpoint->checkpoint.size + 1;
        auto& one = part.checkpoints.emplace_back(PrunedPart::ProvenCheckpoint{std::move(*checkpoint), {}});
        while (const auto hash = take_hash(rest, bundle::proof_word))
            one.proof.push_back(*hash);
    }
    return part;
}

}  // namespace

std::optional<PrunedPart> read_pruned_part(std::string_view text, std::int64_t pruned) {
    try {
        return read(text, pruned);
    } catch (const Malformed&) {
        return std::nullopt;
    }
}

}  // namespace myqsec::audit
