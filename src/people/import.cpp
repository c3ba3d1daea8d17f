#include "people/import.hpp"

#include <algorithm>
#include <unordered_map>

#include "access/facts.hpp"
#include "access/identity/groups_store.hpp"
#include "access/rights/roles_store.hpp"
#include "people/judge.hpp"
#include "people/people_file.hpp"

namespace myqsec::people {

using access::Right;

namespace {

namespace store = access::store;

void count(const Plan& plan, ImportCounts& counts) {
    if (plan.names_nobody) return;
    counts.created += plan.user ? 0 : 1;
    counts.changed += plan.user && plan.changes_anything() ? 1 : 0;
    counts.unchanged += plan.changes_anything() ? 0 : 1;
    counts.members_added += plan.to_enter.size();
    counts.members_removed += plan.to_leave.size();
    counts.cards_added += plan.new_cards.size();
    counts.cards_removed += plan.old_cards.size();
}

void add(const ImportCounts& part, ImportCounts& all) {
    for (const auto each :
         {&ImportCounts::rows, &ImportCounts::created, &ImportCounts::changed, &ImportCounts::unchanged,
          &ImportCounts::groups_created, &ImportCounts::members_added, &ImportCounts::members_removed,
          &ImportCounts::cards_added, &ImportCounts::cards_removed})
        all.*each += part.*each;
}

/// "line 7, email: …".
std::string in_line(std::uint64_t line, std::string_view column, std::string_view sentence) {
    return fmt::format("line {}{}{}: {}", line, column.empty() ? "" : ", ", column, sentence);
}

/// Who and what stands in the file so far, and where.
class Seen {
 public:
    /// Throws RowError for what stands there already.
    void add(const Plan& plan) {
        if (plan.names_nobody) return;
        constexpr auto again = "the same user stands in line {}, too";
        if (plan.user)
            add({static_cast<std::uint64_t>(plan.user->id.value), 0}, plan.line, Column::user_name, again);
        if (plan.name.key_version != 0) add(key_of(plan.name), plan.line, Column::user_name, again);
        for (const auto& card : plan.new_cards)
            add(key_of(card), plan.line, Column::cards, "a card stands in line {}, too");
    }

 private:
    struct Key {
        std::uint64_t first;
        std::uint64_t second;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept { return key.first * 0x9E3779B97F4A7C15U; }
    };
    static Key key_of(const access::LookupHash& hash) {
        return {load_be<std::uint64_t>(hash.hash.data()), load_be<std::uint64_t>(hash.hash.data() + 8) | 1};
    }
    void add(const Key& key, std::uint64_t line, Column column,
             fmt::format_string<const std::uint64_t&> sentence) {
        const auto [found, is_new] = lines_.try_emplace(key, static_cast<std::uint32_t>(line));
        const std::uint64_t first = found->second;
        if (!is_new) throw RowError(Status::ERR_EXISTS, column_name(column), fmt::format(sentence, first));
    }

    std::unordered_map<Key, std::uint32_t, Hash> lines_;
};

}  // namespace

/// One import: a pass that checks, and one that writes.
class Import {
 public:
    Import(const ImportParts& parts, const access::Principal& principal, const ImportOptions& options,
           const Source& source)
        : access_(parts.access),
          vault_(parts.vault),
          audit_(parts.audit),
          principal_(principal),
          options_(options),
          source_(source),
          groups_(vault_.main()) {}

    void check(const std::function<void(const ImportError&)>& tell, ImportCounts& counts);
    void write(ImportCounts& counts);

 private:
    struct Found {
        std::uint64_t line;
        Status status;
        std::string_view column;
        std::string sentence;
        std::optional<std::pair<Right, UserId>> refusal{};
    };
    void authorise(const Columns& columns);
    std::vector<Found> check_batch(const PeopleFile& file, const std::vector<CsvRow>& rows,
                                   ImportCounts& counts);
    void note_losses(const Plan& plan);
    void write_batch(const PeopleFile& file, const std::vector<CsvRow>& rows, ImportCounts& counts);
    [[nodiscard]] std::vector<Plan> judge_all(const PeopleFile& file, const std::vector<CsvRow>& rows);
    void write_plans(storage::Transaction& transaction, std::vector<Plan>& plans, ImportCounts& counts);
    void write_one(access::Facts& facts, Plan& plan, const storage::LeafKeys::FreshKey* person,
                   ImportCounts& counts);
    GroupId make(access::Facts& facts, const GroupTree::Place& place, ImportCounts& counts);

    access::Access& access_;
    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const access::Principal& principal_;
    const ImportOptions& options_;
    const Source& source_;
    GroupTree groups_;
    Seen seen_;
    store::Losses losses_;
    std::uint64_t last_loss_ = 0;  ///< its line
};

/// Outside of any transaction: refusals are audited.
void Import::authorise(const Columns& columns) {
    (void)access_.authority.authorise_list(principal_, Right::user_manage);
    if (columns.has(Column::groups)) (void)access_.authority.authorise(principal_, Right::group_manage);
    if (columns.has(Column::cards))
        (void)access_.authority.authorise_list(principal_, Right::credential_manage);
}

void Import::check(const std::function<void(const ImportError&)>& tell, ImportCounts& counts) {
    (void)access_.authority.authorise_list(principal_, Right::user_manage);  // before anything is read
    std::optional<Found> first;
    const auto report = [&](const Found& error) {
        if (error.refusal)
            access_.authority.record_denial(principal_, error.refusal->first, error.refusal->second);
        tell({error.line, error.status, error.column, error.sentence});
        ++counts.errors;
        if (!first) first = error;
    };
    try {
        PeopleFile file(source_, options_);
        authorise(file.columns());
        for (auto rows = file.next_batch(); !rows.empty(); rows = file.next_batch()) {
            for (const auto& error : check_batch(file, rows, counts))
                report(error);
            if (counts.rows > most_import_rows) {
                fail(Status::ERR_LIMIT, "the file has more than {} rows; divide it. Nothing was changed",
                     most_import_rows);
            }
        }
    } catch (const RowError& error) {  // of the header
        report({1, error.status(), error.column, error.what()});
        fail(error.status(), "{}; nothing was changed", in_line(1, error.column, error.what()));
    }
    counts.groups_created = groups_.planned();
    if (last_loss_ != 0 && store::count_administrators(vault_.main(), losses_) == 0) {
        report({last_loss_, Status::ERR_NOT_POSSIBLE, "",
                "with the rows before it this would leave the instance without an administrator"});
    }
    if (first) {
        fail(first->status, "{} of {} rows cannot be imported, and nothing was changed; {}", counts.errors,
             counts.rows, in_line(first->line, first->column, first->sentence));
    }
}

std::vector<Import::Found> Import::check_batch(const PeopleFile& file, const std::vector<CsvRow>& rows,
                                               ImportCounts& counts) {
    std::vector<Found> errors;
    const storage::Snapshot one_state(vault_.main());
    groups_.forget();
    Judge judge(access_, vault_, principal_, groups_);
    for (const auto& row : rows) {
        try {
            ++counts.rows;
            const auto person = file.columns().read(row);
            if (!person) {
                --counts.rows;
                continue;
            }
            const auto plan = judge.judge(*person);
            seen_.add(plan);
            note_losses(plan);
            count(plan, counts);
        } catch (const RowRefused& error) {
            errors.push_back(
                {row.line, error.status(), error.column, error.what(), std::pair(error.right, error.user)});
        } catch (const RowError& error) {
            errors.push_back({row.line, error.status(), error.column, error.what()});
        }
    }
    return errors;
}

void Import::note_losses(const Plan& plan) {
    if (!plan.takes_rights()) return;
    last_loss_ = plan.line;
    if (plan.fields.state == access::UserState::disabled) losses_.disabled.push_back(plan.user->id);
    if (!plan.loses_rights) return;
    for (const auto group : plan.to_leave)
        losses_.memberships.emplace_back(group, plan.user->id);
}

void Import::write(ImportCounts& counts) {
    source_.rewind();
    PeopleFile file(source_, options_);
    for (auto rows = file.next_batch(); !rows.empty(); rows = file.next_batch()) {
        authorise(file.columns());
        write_batch(file, rows, counts);
        audit_.drain_if_due();
    }
}

void Import::write_batch(const PeopleFile& file, const std::vector<CsvRow>& rows, ImportCounts& counts) {
    ImportCounts done;
    storage::Transaction transaction(vault_.main());
    auto plans = judge_all(file, rows);
    done.rows = plans.size();
    std::vector<UserId> ended;
    std::vector<UserId> without_card;
    for (const auto& plan : plans) {
        count(plan, done);
        if (plan.takes_rights()) ended.push_back(plan.user->id);
        if (!plan.old_cards.empty()) without_card.push_back(plan.user->id);
    }
    write_plans(transaction, plans, done);
    if (!ended.empty()) store::require_administrator_left(vault_.main());
    std::ranges::sort(ended);
    std::ranges::sort(without_card);
    auto of_rights = access_.authority.end_sessions(transaction, std::move(ended));
    auto of_cards = access_.authority.end_sessions(transaction, std::move(without_card), principal_.session);
    transaction.commit();
    of_rights.settle();
    of_cards.settle();
    add(done, counts);
}

/// As the check did: between the two others may have changed something, or the host the file.
std::vector<Plan> Import::judge_all(const PeopleFile& file, const std::vector<CsvRow>& rows) {
    std::vector<Plan> plans;
    groups_.forget();
    Judge judge(access_, vault_, principal_, groups_);
    for (const auto& row : rows) {
        try {
            if (const auto person = file.columns().read(row)) plans.push_back(judge.judge(*person));
        } catch (const RowError& error) {
            fail(error.status(),
                 "something changed since the file was checked, and the rows from line {} on are not "
                 "imported; {}; import the file again when that is mended",
                 rows.front().line, in_line(row.line, error.column, error.what()));
        }
    }
    return plans;
}

void Import::write_plans(storage::Transaction& transaction, std::vector<Plan>& plans, ImportCounts& counts) {
    const auto is_new = [](const Plan& plan) { return !plan.user && !plan.names_nobody; };
    const auto people =
        vault_.leaf_keys().create(transaction, storage::LeafKind::person,
                                  static_cast<std::size_t>(std::ranges::count_if(plans, is_new)));
    auto next = people.begin();
    access::Facts facts(vault_, audit_, transaction, principal_.actor);
    for (auto& plan : plans) {
        if (plan.changes_anything()) write_one(facts, plan, is_new(plan) ? &*next++ : nullptr, counts);
    }
}

void Import::write_one(access::Facts& facts, Plan& plan, const storage::LeafKeys::FreshKey* person,
                       ImportCounts& counts) {
    UserId user;
    if (person != nullptr) {
        user = facts.add_user(plan.fields, *person);
    } else if (plan.user) {
        user = plan.user->id;
        if (plan.changes_user()) facts.change_user(*plan.user, plan.fields);
    }
    for (const auto& place : plan.to_enter) {
        const auto group = make(facts, place, counts);
        if (user) facts.add_member(group, user);
    }
    for (const auto group : plan.to_leave)
        facts.remove_member(group, user);
    for (const auto card : plan.old_cards)
        facts.remove_card(card, user);
    if (plan.new_cards.empty()) return;
    const auto key = person != nullptr ? person->key.clone() : vault_.leaf_keys().get(plan.person);
    for (const auto& card : plan.new_cards)
        facts.add_card({user, card, "", std::nullopt}, key);
}

GroupId Import::make(access::Facts& facts, const GroupTree::Place& place, ImportCounts& counts) {
    auto group = place.around;
    for (const auto& name : place.to_make) {
        const auto made = store::find_group(vault_.main(), name);  // for a row before this one
        counts.groups_created += made ? 0 : 1;
        group = made ? made->group : facts.add_group(name, group);
    }
    return group;
}

void import_people(const ImportParts& parts, const access::Principal& principal, const ImportOptions& options,
                   const Source& source, const std::function<void(const ImportError&)>& tell,
                   ImportCounts& counts) {
    counts = {};
    const access::Sessions::AtWork at_work(parts.access.sessions, principal);
    Import work(parts, principal, options, source);
    ImportCounts checked;
    try {
        work.check(tell, checked);
    } catch (...) {
        counts.rows = checked.rows;
        counts.errors = checked.errors;
        throw;
    }
    if (options.dry_run) {
        counts = checked;
    } else {
        work.write(counts);
    }
}

}  // namespace myqsec::people
