// Chunks in order through one cipher: in the caller's thread, or in one that the host lends, so that one
// reads and writes while the other seals or opens.
#pragma once

#include <functional>
#include <memory>

#include "base/bytes.hpp"
#include "crypto/container/container.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

/// Belongs to one thread of one process: a forked child, which has neither the lent thread nor a container of
/// its own, is ERR_FORKED. What runs late, twice as slowly or never on the lent thread costs time only:
/// whoever waits for a chunk that nobody works on works on it himself.
class ChunkLine {
 public:
    /// What is done with a chunk, in place; for one chunk at a time, in order, in either thread.
    using Work = std::function<void(std::uint64_t index, bool last, ByteSpan chunk)>;
    static constexpr std::size_t longest = 8;

    /// Without `lend`, add() does the work. `work` must outlive the line.
    ChunkLine(const Work& work, const LendThread& lend);
    ChunkLine(const ChunkLine&) = delete;
    ChunkLine& operator=(const ChunkLine&) = delete;
    ~ChunkLine();

    /// The next chunk, at most `longest` of which are not done: nobody else may touch it until wait()
    /// returned.
    void add(bool last, ByteSpan chunk);
    [[nodiscard]] std::uint64_t added() const { return added_; }
    /// Until the first `count` chunks are done. Throws what the work threw.
    void wait(std::uint64_t count);
    /// Returns when nobody works on a chunk any more; what is not done stays so.
    void close() noexcept;

 private:
    struct Shared;
    void expect_own_process() const;

    const Work& work_;
    const std::uint32_t generation_ = fork_generation();
    std::uint64_t added_ = 0;
    std::shared_ptr<Shared> shared_;  ///< null without a lent thread
};

}  // namespace myqsec::crypto
