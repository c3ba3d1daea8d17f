// What a bundle holds, and where. docs/formats/audit-bundle.md is the format's page; bundle_writer.cpp and
// bundle_verifier.cpp mirror each other.
#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "audit/event/event_format.hpp"
#include "audit/tree/tiles.hpp"

namespace myqsec::audit::bundle {

inline constexpr int version = 1;
/// Nobody has as many events; with this, no arithmetic on sizes overflows.
inline constexpr std::int64_t largest_size = std::int64_t{1} << 48;

inline constexpr const char* head_name = "bundle";
inline constexpr const char* pruned_name = "pruned";
inline constexpr const char* checkpoint_name = "checkpoint";

inline std::string head_text(const std::string& origin, std::int64_t first, std::int64_t size) {
    return fmt::format("myqsec audit bundle {}\n{}\nfirst {}\nsize {}\n", version, origin, first, size);
}

inline std::string entries_name(std::uint64_t segment, std::size_t width) {
    return tile_path("tile/entries", segment, width);
}
inline std::string personal_name(std::uint64_t segment) {
    return tile_path("personal", segment, tile_width);
}
inline std::string checkpoints_name(std::uint64_t segment) {
    return tile_path("checkpoints", segment, tile_width);
}
inline std::string tile_name(const Tile& tile) {
    return tile_path("tile/" + std::to_string(tile.level), tile.index, tile.hashes.size());
}

inline constexpr std::size_t largest_text = 1 << 12;      ///< head and newest checkpoint
inline constexpr std::size_t largest_pruned = 64U << 20;  ///< one checkpoint for each epoch and each export
inline constexpr std::size_t largest_entries = tile_width * (2 + largest_event);
inline constexpr std::size_t largest_personal = 64U << 20;
inline constexpr std::size_t largest_checkpoints = tile_width * largest_text;
inline constexpr std::size_t largest_tile = tile_width * sizeof(crypto::Digest);

inline constexpr std::uint8_t personal_absent = 0x00;
inline constexpr std::uint8_t personal_present = 0xFF;

inline constexpr std::string_view tile_word = "tile ";    ///< in pruned: level and hash
inline constexpr std::string_view proof_word = "proof ";  ///< in pruned: a hash of the checkpoint before

}  // namespace myqsec::audit::bundle
