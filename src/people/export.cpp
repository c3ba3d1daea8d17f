#include "people/export.hpp"

#include <algorithm>

#include "access/identity/groups_store.hpp"
#include "people/csv_writer.hpp"
#include "people/group_tree.hpp"

namespace myqsec::people {

using access::Right;

namespace {

namespace store = access::store;

class Export {
 public:
    Export(const ImportParts& parts, const access::Principal& principal, const ExportOptions& options,
           bool with_groups)
        : access_(parts.access),
          main_(parts.vault.main()),
          principal_(principal),
          options_(options),
          groups_(main_) {
        for (const auto column : own_columns) {
            const bool left_out = column == Column::cards || (column == Column::id && !options.numbers) ||
                                  (column == Column::groups && !with_groups);
            if (!left_out) columns_.push_back(column);
        }
    }

    [[nodiscard]] std::string head() const {
        std::vector<std::string> names;
        for (const auto column : columns_)
            names.emplace_back(column_name(column));
        return (options_.mark ? "\xEF\xBB\xBF" : "") + csv_row(names, options_.separator);
    }

    /// The rows of a page; `page` becomes the next one, or begins anew behind the last.
    [[nodiscard]] std::string users(Page& page) {
        std::string rows;
        const auto users = access_.users.list(principal_, {}, page);
        const storage::Snapshot one_state(main_);  // of the groups
        for (const auto& user : users) {
            std::vector<std::string> cells;
            for (const auto column : columns_)
                cells.push_back(defused(cell(user, column)));
            rows += csv_row(cells, options_.separator);
        }
        page.after = users.more;
        return rows;
    }

    /// Those that no user's row names.
    [[nodiscard]] std::string groups(Page& page) {
        std::string rows;
        const auto groups = access_.groups.list(principal_, page);
        const storage::Snapshot one_state(main_);
        for (const auto& group : groups) {
            const auto path = group.members > 0 ? GroupPath() : groups_.path_of(group.id);
            if (path.empty()) continue;  // or it was deleted meanwhile
            std::vector<std::string> cells;
            for (const auto column : columns_)
                cells.push_back(column == Column::groups ? defused(groups_cell({path})) : "");
            rows += csv_row(cells, options_.separator);
        }
        page.after = groups.more;
        return rows;
    }

 private:
    std::string cell(const access::User& user, Column column) {
        switch (column) {
            case Column::id:
                return fmt::format("{}", user.id.value);
            case Column::user_name:
                return user.user_name;
            case Column::full_name:
                return user.full_name;
            case Column::email:
                return user.email;
            case Column::language:
                return user.language;
            case Column::notes:
                return user.notes;
            case Column::state:
                return std::string(access::user_state_name(user.state));
            case Column::groups:
                return memberships(user.id);
            default:
                return {};
        }
    }
    std::string memberships(UserId user) {
        std::vector<GroupPath> paths;
        for (const auto group : store::memberships_of(main_, user))
            paths.push_back(groups_.path_of(group));
        return groups_cell(paths);
    }

    access::Access& access_;
    storage::Database& main_;
    const access::Principal& principal_;
    const ExportOptions& options_;
    GroupTree groups_;
    std::vector<Column> columns_;
};

}  // namespace

void export_people(const ImportParts& parts, const access::Principal& principal, const ExportOptions& options,
                   const std::function<void(ByteView)>& write) {
    auto& authority = parts.access.authority;
    (void)authority.authorise_list(principal, Right::user_manage);
    const bool with_groups = authority.may(principal, Right::group_manage);
    const access::Sessions::AtWork at_work(parts.access.sessions, principal);
    storage::Transaction transaction(parts.vault.main());
    parts.audit.append(transaction, {audit::Action::user_exported,
                                     principal.actor,
                                     audit::Object::instance(),
                                     audit::Result::ok,
                                     {{"groups", "", with_groups ? "yes" : "no"}},
                                     {}});
    transaction.commit();

    Export out(parts, principal, options, with_groups);
    write(as_bytes(out.head()));
    Page page;
    const auto put = [&](const std::string& rows) {
        if (!rows.empty()) write(as_bytes(rows));
    };
    do {
        put(out.users(page));
    } while (page.after != 0);
    if (!with_groups) return;
    do {
        put(out.groups(page));
    } while (page.after != 0);
}

}  // namespace myqsec::people
