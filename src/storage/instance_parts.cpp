#include "storage/instance_parts.hpp"

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "storage/instance_folder.hpp"

namespace myqsec::storage {

namespace {

// The rows "opening", "keystore" and "restoration", and one for each folder of documents.
constexpr std::string_view steps[] = {
    "CREATE TABLE part_mark (part TEXT PRIMARY KEY, mark INTEGER NOT NULL) WITHOUT ROWID",
};

constexpr std::string_view opening_row = "opening";
constexpr std::string_view keystore_row = "keystore";
constexpr std::string_view restoration_row = "restoration";

bool has_marks(Database& main) {
    return main.query("SELECT 1 FROM sqlite_schema WHERE name = 'part_mark'").next();
}

std::optional<std::uint64_t> mark_of(Database& main, std::string_view part) {
    auto rows = main.query("SELECT mark FROM part_mark WHERE part = $1", part);
    if (!rows.next()) return std::nullopt;
    return static_cast<std::uint64_t>(rows.integer(0));
}

void set_mark(Database& main, std::string_view part, std::uint64_t mark) {
    main.run("INSERT INTO part_mark (part, mark) VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET mark = $2",
             part, static_cast<std::int64_t>(mark));
}

}  // namespace

Schema instance_parts_schema() {
    return {"instance parts", steps};
}

/// Its main database is one of another time and of another keystore, until the first opening.
bool InstanceParts::is_newly_restored() const {
    return restoration_ && !restoration_->audited && mark_of(main_, restoration_row) != restoration_->number;
}

std::vector<Vault::Finding> InstanceParts::compare() {
    std::vector<Vault::Finding> out;
    if (!has_marks(main_) || is_newly_restored()) return out;
    compare_keystore(out);
    for (const auto& store : stores_)
        compare_store(*store, out);
    return out;
}

void InstanceParts::compare_keystore(std::vector<Vault::Finding>& out) {
    if (keystore_.opening() > mark_of(main_, opening_row).value_or(0)) {
        out.push_back({"main-earlier",
                       fmt::format("'{}' is of an earlier time than '{}': an earlier copy of it was put back",
                                   instance_folder::main_file, Keystore::file_name)});
    } else if (keystore_.newest_sequence() < mark_of(main_, keystore_row).value_or(0)) {
        out.push_back({"keystore-earlier",
                       fmt::format("'{}' is of an earlier time than '{}': an earlier copy of it was put back",
                                   Keystore::file_name, instance_folder::main_file)});
    }
}

/// A volume that is not mounted shows an empty folder, which its owner tells from the rows of its documents.
void InstanceParts::compare_store(BlobStore& store, std::vector<Vault::Finding>& out) {
    const auto known = mark_of(main_, store.name());
    if (!known) return;
    const auto found = store.mark();
    if (found == 0) {
        if (!store.is_empty()) {
            out.push_back({"documents-unmarked",
                           fmt::format("'{}' holds documents, but not the file '{}' that says of what time "
                                       "they are, or not this instance's",
                                       store.name(), BlobStore::mark_file)});
        }
    } else if (found < *known) {
        out.push_back(
            {"documents-earlier", fmt::format("the documents in '{}' are of an earlier time than '{}': "
                                              "an earlier copy of the folder was put back",
                                              store.name(), instance_folder::main_file)});
    } else if (found > mark_of(main_, opening_row).value_or(0)) {
        out.push_back(
            {"main-earlier", fmt::format("'{}' is of an earlier time than the documents in '{}': an "
                                         "earlier copy of it was put back",
                                         instance_folder::main_file, store.name())});
    }
}

void InstanceParts::begin() {
    const auto last = std::max(mark_of(main_, opening_row).value_or(0), keystore_.opening());
    std::vector<std::uint64_t> marks;
    {
        Transaction transaction(main_);
        if (is_newly_restored()) {
            main_.run("DELETE FROM part_mark");
            set_mark(main_, restoration_row, restoration_->number);
        }
        auto next = last + 1;
        for (const auto& store : stores_)
            next = std::max(next, store->mark() + 1);
        for (const auto& store : stores_) {
            const auto known = mark_of(main_, store->name());
            const auto found = store->mark();
            // What is mounted there later must not seem to be of an earlier time.
            const bool elsewhere = known && found == 0 && store->is_empty();
            marks.push_back(elsewhere ? *known : next);
            if (found != 0) set_mark(main_, store->name(), found);
        }
        set_mark(main_, opening_row, next);
        set_mark(main_, keystore_row, keystore_.least_sequence());
        transaction.commit();
        keystore_.begin_opening(next);
    }
    for (std::size_t i = 0; i < stores_.size(); ++i)
        stores_[i]->set_mark(marks[i]);
}

void InstanceParts::end() {
    keystore_.level();
    Transaction transaction(main_);
    set_mark(main_, keystore_row, keystore_.least_sequence());
    for (const auto& store : stores_) {
        if (const auto mark = store->mark(); mark != 0) set_mark(main_, store->name(), mark);
    }
    transaction.commit();
}

}  // namespace myqsec::storage
