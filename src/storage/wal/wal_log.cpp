#include "storage/wal/wal_log.hpp"

#include "crypto/hash.hpp"

namespace myqsec::storage {

WalFrameHeader WalLog::header(std::uint64_t number) const {
    const auto at =
        std::lower_bound(commits_.begin(), commits_.end(), number,
                         [](const Commit& commit, std::uint64_t frame) { return commit.frame < frame; });
    const WalFrame& known = frame(number);
    WalFrameHeader out;
    out.page = known.page;
    out.commit = known.commit;
    out.transaction = static_cast<std::uint64_t>(at - commits_.begin()) + 1;
    out.generation = generation_;
    out.durable = known.durable;
    if (known.commit != 0) {
        out.chain = at->chain;
        out.counter = at->counter;
        out.proof = at->proof;
    }
    return out;
}

WalFrameHeader WalLog::next_header(std::uint32_t page, std::uint32_t commit) const {
    WalFrameHeader out;
    out.page = page;
    out.commit = commit;
    out.transaction = commits_.size() + 1;
    out.generation = generation_;
    if (commit != 0) out.chain = next_chain();
    return out;
}

WalFrameHeader WalLog::next_commit(std::uint32_t page, std::uint32_t commit, std::uint64_t counter,
                                   const PageLedger& ledger, const DatabaseIdentity& identity) {
    WalFrameHeader out = next_header(page, commit);
    Remainder rest = remainder();
    const auto take_out = [&](std::uint32_t number) {
        if (number <= rest.pages) ledger.digest().toggle(rest.sum, number, ledger.mark(number));
    };
    for (std::uint64_t number = last_commit() + 1; number <= frames_.size(); ++number) {
        if (frame(number).earlier == 0) take_out(frame(number).page);
    }
    if (!covers(page)) take_out(page);
    for (std::uint32_t cut = commit + 1; cut <= rest.pages; ++cut) {
        if (cut != page && !covers(cut)) take_out(cut);
    }
    rest.pages = std::min(rest.pages, commit);
    out.counter = counter;
    out.proof = prove(rest.sum, out.transaction, ledger, identity);
    next_ = rest;
    return out;
}

Remainder WalLog::remainder() const {
    if (commits_.empty()) return {base_.sum, base_.pages};
    return commits_.back().remainder;
}

crypto::PageDigest::Proof WalLog::prove(const crypto::PageSum& sum, std::uint64_t transaction,
                                        const PageLedger& ledger, const DatabaseIdentity& identity) const {
    ByteArray<clear_header_size + 16> context{};
    store_format_tag(context.data(), wal_magic, identity, base_.forms.to.suite);
    store_be(context.data() + clear_header_size, generation_);
    store_be(context.data() + clear_header_size + 8, transaction);
    return ledger.digest().prove(sum, context);
}

crypto::PageDigest::Proof WalLog::proof_of(const crypto::PageSum& sum, const PageLedger& ledger,
                                           const DatabaseIdentity& identity) const {
    return prove(sum, commits_.size(), ledger, identity);
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

void WalLog::append(const WalFrame& frame, const WalFrameHeader& header) {
    if (frame.commit != 0) {
        commits_.push_back(
            {frames_.size() + 1, header.chain, header.counter, header.proof, next_.value_or(Remainder{})});
        next_.reset();
    }
    frames_.push_back(frame);
    auto& newest = newest_frames_[frame.page];
    frames_.back().earlier = newest;
    newest = frames_.size();
}

void WalLog::drop_from(std::uint64_t number) {
    while (frames_.size() >= number) {
        const WalFrame& last = frames_.back();
        if (last.earlier == 0) {
            newest_frames_.erase(last.page);
        } else {
            newest_frames_[last.page] = last.earlier;
        }
        frames_.pop_back();
    }
    while (!commits_.empty() && commits_.back().frame >= number)
        commits_.pop_back();
}

std::uint64_t WalLog::newest_frame(std::uint32_t page) const {
    const auto found = newest_frames_.find(page);
    return found == newest_frames_.end() ? 0 : found->second;
}

WalLog::View WalLog::view(std::uint64_t commits) const {
    if (commits == 0) return {0, base_.pages};
    const std::uint64_t last = commits_[commits - 1].frame;
    return {last, frame(last).commit};
}

std::uint64_t WalLog::newest_frame(std::uint32_t page, const View& view) const {
    std::uint64_t number = newest_frame(page);
    while (number > view.last_frame)
        number = frame(number).earlier;
    return number;
}

std::uint32_t WalLog::highest_size() const {
    std::uint32_t highest = base_.pages;
    for (const Commit& commit : commits_)
        highest = std::max(highest, frame(commit.frame).commit);
    return highest;
}

std::uint32_t WalLog::lowest_size() const {
    std::uint32_t lowest = base_.pages;
    for (const Commit& commit : commits_)
        lowest = std::min(lowest, frame(commit.frame).commit);
    return lowest;
}

}  // namespace myqsec::storage
