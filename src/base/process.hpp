// Which process this is: a forked child shares its parent's open files, and may change none of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace myqsec {

/// Another number in a forked child than in its parent, from the first call on. Throws ERR_IO.
[[nodiscard]] std::uint32_t process_generation();

/// What one process began, and no child of it may go on with.
class OwningProcess {
 public:
    OwningProcess() : generation_(process_generation()) {}
    [[nodiscard]] bool is_this() const noexcept;
    /// Throws ERR_FORKED in a child.
    void require(std::string_view what) const;

 private:
    std::uint32_t generation_;
};

}  // namespace myqsec
