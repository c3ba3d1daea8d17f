// The groups that a file names, as paths, among those that there are.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "access/identity/groups_store.hpp"
#include "people/columns.hpp"

namespace myqsec::people {

/// Names of groups are unique. So a path's first group is the one of that name, wherever it lies; each
/// further one must lie in the one before. What is not there yet would be made, the first at the top.
class GroupTree {
 public:
    static constexpr std::size_t most_new = 100'000;

    explicit GroupTree(storage::Database& main) : main_(main) {}

    struct Place {
        GroupId group;                     ///< the innermost; none: it would be made
        GroupId around;                    ///< what there is of the path: `group`, or the nearest around it
        std::vector<std::string> to_make;  ///< inside `around`, from the outside
        bool operator==(const Place&) const = default;
    };
    /// In the caller's transaction or snapshot. Throws RowError for a name that cannot be one, or a group
    /// that lies elsewhere, be it only by what the file said before.
    Place find(const GroupPath& path);
    /// Groups that find() was the first to name.
    [[nodiscard]] std::size_t planned() const { return planned_.size(); }

    /// The path of a group that there is, for export.
    [[nodiscard]] GroupPath path_of(GroupId group);

    /// What was read of the database: it may be another one in the next transaction.
    void forget() { known_.clear(); }

 private:
    const access::store::GroupPlace* find(const std::string& name);
    void plan(const std::string& name, const std::string& parent);

    storage::Database& main_;
    std::map<std::string, access::store::GroupPlace> known_;
    std::map<std::string, std::string> planned_;  ///< name and its parent's; "": at the top
    std::map<GroupId, GroupPath> paths_;
};

}  // namespace myqsec::people
