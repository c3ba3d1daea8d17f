// Rights, sets of them, and the roles that are built in.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "settings/registry.hpp"

namespace myqsec::access {

enum class Right : std::uint8_t {
#define MYQSEC_RIGHT(enumerator, name, limit, meaning) enumerator,
#include "access/rights/rights.def"
#undef MYQSEC_RIGHT
};

/// To what a right may be limited by the role that gives it: the people of a group, a queue.
enum class Limit : std::uint8_t { nothing = 0, group = 1, queue = 2, either = 3 };

struct RightDefinition {
    Right right;
    std::string_view name;
    Limit limit;
    std::string_view meaning;
};

[[nodiscard]] std::span<const RightDefinition> all_rights();
[[nodiscard]] std::string_view right_name(Right right);
/// The first gives the second as well.
[[nodiscard]] Right right_to_change(settings::Area area);
[[nodiscard]] Right right_to_read(settings::Area area);

class RightSet {
 public:
    constexpr RightSet() = default;
    constexpr RightSet(std::initializer_list<Right> rights) {
        for (const auto right : rights)
            bits_ |= bit(right);
    }
    static RightSet all();
    /// Names separated by spaces. Throws ERR_INVALID_ARGUMENT naming an unknown one.
    static RightSet parse(std::string_view names);
    [[nodiscard]] std::string names() const;

    [[nodiscard]] constexpr bool has(Right right) const { return (bits_ & bit(right)) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    /// What is in this set and not in `other`.
    [[nodiscard]] constexpr RightSet without(RightSet other) const { return RightSet(bits_ & ~other.bits_); }
    [[nodiscard]] constexpr RightSet operator&(RightSet other) const { return RightSet(bits_ & other.bits_); }
    constexpr RightSet& operator|=(RightSet other) {
        bits_ |= other.bits_;
        return *this;
    }
    bool operator==(const RightSet&) const = default;

 private:
    constexpr explicit RightSet(std::uint64_t bits) : bits_(bits) {}
    static constexpr std::uint64_t bit(Right right) {
        return std::uint64_t{1} << static_cast<unsigned>(right);
    }
    std::uint64_t bits_ = 0;
};

/// A role of the product itself: never changed, never deleted.
struct BuiltInRole {
    RoleId id;
    std::string_view name;
    RightSet rights;
    bool grantable;  ///< "user" is everyone's already, "host" is the system principal's alone
};

/// Those that mean something within such a limit.
[[nodiscard]] RightSet rights_within(Limit limit);
/// Those that mean something within a group and a queue together: what is somebody's and lies in a queue.
[[nodiscard]] RightSet rights_within_both();

inline constexpr RoleId administrator_role{1};

[[nodiscard]] std::span<const BuiltInRole> built_in_roles();
/// Everyone who is active has these.
[[nodiscard]] RightSet user_rights();
/// The system principal has these.
[[nodiscard]] RightSet host_rights();
/// What a session may use that somebody vouched for without saying more: what is one's own, but for
/// credentials and delegations, which outlast it.
[[nodiscard]] RightSet vouched_session_rights();
/// What a session at a device may use of its user's rights: a card left in a reader must not administer the
/// site.
[[nodiscard]] RightSet device_session_rights();

}  // namespace myqsec::access
