#include "audit/tree/merkle.hpp"

#include <bit>

#include "base/error.hpp"

namespace myqsec::audit {

using crypto::Digest;

Digest leaf_hash(ByteView entry) {
    static constexpr std::uint8_t prefix[] = {0x00};
    return crypto::Sha256().update(prefix).update(entry).final();
}

Digest node_hash(const Digest& left, const Digest& right) {
    static constexpr std::uint8_t prefix[] = {0x01};
    return crypto::Sha256().update(prefix).update(left).update(right).final();
}

CompactRange CompactRange::decode(ByteView encoded) {
    ByteReader reader(encoded, "the audit tree's state");
    CompactRange range;
    range.size_ = reader.integer<std::uint64_t>();
    for (int peaks = std::popcount(range.size_); peaks > 0; --peaks)
        range.peaks_.push_back(reader.array<32>());
    reader.expect_end();
    return range;
}

Bytes CompactRange::encode() const {
    ByteWriter writer;
    writer.integer(size_);
    for (const auto& peak : peaks_)
        writer.raw(peak);
    return writer.take();
}

void CompactRange::append_subtree(unsigned level, const Digest& root) {
    Digest node = root;
    for (auto bits = size_ >> level; (bits & 1) != 0; bits >>= 1) {
        node = node_hash(peaks_.back(), node);
        peaks_.pop_back();
    }
    peaks_.push_back(node);
    size_ += std::uint64_t{1} << level;
}

Digest CompactRange::root() const {
    if (peaks_.empty()) return crypto::sha256({});
    Digest node = peaks_.back();
    for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak)
        node = node_hash(*peak, node);
    return node;
}

}  // namespace myqsec::audit
