#include "people/group_tree.hpp"

#include "access/identity/names.hpp"

namespace myqsec::people {

namespace {

constexpr std::size_t most_kept = 10'000;

[[noreturn]] void fail_elsewhere() {
    throw RowError(
        Status::ERR_EXISTS, column_name(Column::groups),
        "a group of that name lies elsewhere, and no name is given to two; write where it lies, or "
        "its name alone");
}

std::string prepared_group_name(const std::string& name) {
    try {
        return access::prepared_name("a group's name", name);
    } catch (const Error& error) {
        throw RowError(error.status(), column_name(Column::groups), error.what());
    }
}

}  // namespace

const access::store::GroupPlace* GroupTree::find(const std::string& name) {
    if (const auto known = known_.find(name); known != known_.end()) return &known->second;
    const auto group = access::store::find_group(main_, name);
    if (!group) return nullptr;
    if (known_.size() >= most_kept) known_.clear();
    return &known_.emplace(name, *group).first->second;
}

GroupTree::Place GroupTree::find(const GroupPath& path) {
    Place place;
    std::string outer;  // the name of the level before
    for (const auto& level : path) {
        const auto name = prepared_group_name(level);
        const bool first = outer.empty();
        if (const auto* known = find(name)) {
            if (!first && (!place.to_make.empty() || known->parent != place.around)) fail_elsewhere();
            place.around = known->group;
        } else {
            plan(name, outer);
            place.to_make.push_back(name);
        }
        outer = name;
    }
    if (place.to_make.empty()) place.group = place.around;
    return place;
}

void GroupTree::plan(const std::string& name, const std::string& parent) {
    const auto [found, is_new] = planned_.try_emplace(name, parent);
    if (!is_new && !parent.empty() && found->second != parent) fail_elsewhere();
    if (is_new && planned_.size() > most_new) {
        throw RowError(Status::ERR_LIMIT, column_name(Column::groups),
                       "the file makes more than 100,000 groups; divide it");
    }
}

GroupPath GroupTree::path_of(GroupId group) {
    if (const auto known = paths_.find(group); known != paths_.end()) return known->second;
    GroupPath path;
    for (const auto& one : access::store::group_and_ancestors(main_, group))
        path.insert(path.begin(), access::store::get_group(main_, one).name);
    if (paths_.size() >= most_kept) paths_.clear();
    paths_.emplace(group, path);
    return path;
}

}  // namespace myqsec::people
