// A keyed sum over a set of pages that changes with each page at the cost of one cipher block, and a proof of
// it.
#pragma once

#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

/// What a page's tag is remembered by. 0: no such page.
using PageMark = std::uint64_t;
/// The sum over a set of pages. Secret: whoever knows the sums of many sets can compute other sets of the
/// same sum.
using PageSum = ByteArray<16>;

/// XOR-MAC (Bellare, Guérin, Rogaway, CRYPTO 1995) over a set of (page, mark) with AES-256 as the
/// pseudorandom function, finished with HMAC-SHA-256 instead of a nonce's mask. Two different sets have the
/// same sum with probability 2^-128 a guess, as long as sums stay secret: only proofs are ever stored in
/// clear.
class PageDigest {
 public:
    static constexpr std::size_t proof_size = 16;
    using Proof = ByteArray<proof_size>;

    /// The keys are derived from the database's.
    explicit PageDigest(const Secret& database_key);
    ~PageDigest();
    PageDigest(PageDigest&&) noexcept;
    PageDigest& operator=(PageDigest&&) noexcept;

    /// Puts a page into the sum, or takes it out again: both are the same. A mark of 0 changes nothing.
    void toggle(PageSum& sum, std::uint32_t page, PageMark mark) const;
    /// The same for each of the pages from `first` on, as fast as the cipher can.
    void toggle(PageSum& sum, std::uint32_t first, std::span<const PageMark> marks) const;
    /// What may be stored of a sum: a pseudorandom function of it and of where it holds.
    [[nodiscard]] Proof prove(const PageSum& sum, ByteView context) const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::crypto
