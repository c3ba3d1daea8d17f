#include "storage/wal_log.hpp"

#include "crypto/hash.hpp"

namespace myqsec::storage {

WalFrameHeader WalLog::header(std::uint64_t number) const {
    const auto at =
        std::lower_bound(commits_.begin(), commits_.end(), number,
                         [](const Commit& commit, std::uint64_t frame) { return commit.frame < frame; });
    const WalFrame& known = frame(number);
    WalFrameHeader out{
        known.page, known.commit, static_cast<std::uint64_t>(at - commits_.begin()) + 1, generation_, {}};
    if (known.commit != 0) out.chain = at->chain;
    return out;
}

WalFrameHeader WalLog::next_header(std::uint32_t page, std::uint32_t commit) const {
    WalFrameHeader out{page, commit, commits_.size() + 1, generation_, {}};
    if (commit != 0) out.chain = next_chain();
    return out;
}

WalChain WalLog::next_chain() const {
    crypto::Sha256 hash;
    hash.update(commits_.empty() ? seed_ : commits_.back().chain);
    // The last commit's own tag is not yet in its chain.
    const std::uint64_t from = commits_.empty() ? 1 : commits_.back().frame;
    for (std::uint64_t number = from; number <= frames_.size(); ++number)
        hash.update(frame(number).tag);
    const auto digest = hash.final();
    WalChain chain;
    std::copy_n(digest.begin(), chain.size(), chain.begin());
    return chain;
}

void WalLog::append(const WalFrame& frame) {
    if (frame.commit != 0) commits_.push_back({frames_.size() + 1, next_chain()});
    frames_.push_back(frame);
}

void WalLog::drop_from(std::uint64_t number) {
    if (number <= frames_.size()) frames_.resize(number - 1);
    while (!commits_.empty() && commits_.back().frame >= number)
        commits_.pop_back();
}

}  // namespace myqsec::storage
