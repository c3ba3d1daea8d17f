#include "storage/instance_parts.hpp"

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/instance_folder.hpp"

namespace myqsec::storage {

namespace {

// In main: the rows "opening" and "restoration", one for each pair of the keystore's slots, one for the log,
// and one for each folder of documents, by its name. In the log: "opening".
constexpr std::string_view steps[] = {
    "CREATE TABLE part_mark (part TEXT PRIMARY KEY, opening INTEGER NOT NULL, nonce BLOB NOT NULL,"
    " sequence INTEGER NOT NULL) WITHOUT ROWID",
};

constexpr std::string_view opening_row = "opening";
constexpr std::string_view restoration_row = "restoration";
constexpr std::string_view log_row = "log";

std::string pair_row(std::size_t pair) {
    return fmt::format("keystore-{}", pair);
}

/// What the main database knows of a part, or the part of itself. Only the keystore has sequences.
using PartMark = KeystoreWriting;

/// A database that no opening has brought up to date yet has none.
bool has_marks(Database& database) {
    return database.query("SELECT 1 FROM sqlite_schema WHERE name = 'part_mark'").next();
}

std::optional<PartMark> part_mark_of(Database& database, std::string_view part) {
    auto rows = database.query("SELECT opening, nonce, sequence FROM part_mark WHERE part = $1", part);
    if (!rows.next()) return std::nullopt;
    PartMark out;
    out.opening.number = static_cast<std::uint64_t>(rows.integer(0));
    out.opening.nonce = ByteReader(rows.blob(1), "the mark of a part").array<16>();
    out.sequence = static_cast<std::uint64_t>(rows.integer(2));
    return out;
}

void set_part_mark(Database& database, std::string_view part, const PartMark& mark) {
    database.run(
        "INSERT INTO part_mark (part, opening, nonce, sequence) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (part) DO UPDATE SET opening = $2, nonce = $3, sequence = $4",
        part, static_cast<std::int64_t>(mark.opening.number), ByteView(mark.opening.nonce),
        static_cast<std::int64_t>(mark.sequence));
}

/// What two parts say of one another. Each kind of contradiction is told once.
class PartComparison {
 public:
    /// `last`: the main database's last opening.
    PartComparison(std::string_view main, const Opening& last) : main_(main), last_(last) {}

    /// A part that was last written as `found`, while the main database last knew it as `known`.
    void add(std::string_view part, std::string_view code, const std::optional<PartMark>& found,
             const std::optional<PartMark>& known) {
        const bool behind = known && (!found || found->opening.number < known->opening.number ||
                                      found->sequence < known->sequence);
        if (found == known || (found && found->opening == last_ && !behind)) return;
        if (found && found->opening.number > last_.number) {
            tell("main-earlier", "'{}' is of an earlier time than '{}': an earlier copy of it was put back",
                 main_, part);
        } else if (behind) {
            tell(code, "'{}' is of an earlier time than '{}': an earlier copy of it was put back", part,
                 main_);
        } else {
            tell("parts-diverged",
                 "'{}' and '{}' are of two copies of this instance that went on separately: one of the "
                 "two was put there from the other copy",
                 part, main_);
        }
    }
    void add_unmarked(std::string_view folder) {
        tell("documents-unmarked",
             "'{}' holds documents, but not the file '{}' that says of what time they are, or not this "
             "instance's",
             folder, BlobStore::mark_file);
    }
    [[nodiscard]] std::vector<Vault::Finding> take() { return std::move(told_); }

 private:
    template <class... Values>
    void tell(std::string_view code, fmt::format_string<const Values&...> sentence, const Values&... values) {
        const auto same = [&](const Vault::Finding& finding) { return finding.code == code; };
        if (std::ranges::none_of(told_, same))
            told_.push_back({std::string(code), fmt::format(sentence, values...)});
    }

    std::string_view main_;
    Opening last_;
    std::vector<Vault::Finding> told_;
};

}  // namespace

Schema instance_parts_schema() {
    return {"instance parts", steps};
}

/// Its main database is one of another time and of another keystore, until the first opening.
bool InstanceParts::is_newly_restored() const {
    if (!restoration_ || restoration_->audited) return false;
    const auto known = part_mark_of(main_, restoration_row);
    return !known || known->sequence != restoration_->number;
}

/// By the rows that the main database has for them; what has no mark, or a damaged one, is not among them.
InstanceParts::Marks InstanceParts::found() {
    Marks out;
    const auto written = keystore_.written();
    for (std::size_t pair = 0; pair < written.size(); ++pair) {
        if (written[pair].sequence != 0) out[pair_row(pair)] = written[pair];  // a torn write costs a pair
    }
    if (has_marks(log_)) {
        if (const auto log = part_mark_of(log_, opening_row)) out[std::string(log_row)] = *log;
    }
    for (const auto& store : stores_) {
        if (const auto mark = store->mark()) out[std::string(store->name())] = {0, *mark};
    }
    return out;
}

std::vector<Vault::Finding> InstanceParts::compare() {
    if (!has_marks(main_) || is_newly_restored()) return {};
    const auto last = part_mark_of(main_, opening_row);
    if (!last) return {};
    const auto parts = found();
    PartComparison comparison(instance_folder::main_file, last->opening);
    const auto add = [&](std::string_view part, std::string_view code, std::string_view row) {
        const auto mark = parts.find(row);
        comparison.add(part, code, mark == parts.end() ? std::nullopt : std::optional(mark->second),
                       part_mark_of(main_, row));
    };
    add(instance_folder::log_file, "log-earlier", log_row);
    for (std::size_t pair = 0; pair < keystore_pairs; ++pair) {
        if (const auto row = pair_row(pair); parts.contains(row))
            add(Keystore::file_name, "keystore-earlier", row);
    }
    for (const auto& store : stores_) {
        if (!part_mark_of(main_, store->name())) continue;
        if (parts.contains(store->name())) {
            add(store->name(), "documents-earlier", store->name());
        } else if (!store->is_empty()) {
            // A volume that is not mounted shows an empty folder, which its owner tells from its documents'
            // rows.
            comparison.add_unmarked(store->name());
        }
    }
    return comparison.take();
}

void InstanceParts::resume() {
    if (!has_marks(main_)) return;
    if (const auto last = part_mark_of(main_, opening_row)) keystore_.begin_opening(last->opening);
}

/// Lets the main database know what the other parts durably are.
void InstanceParts::note(const Marks& parts) {
    for (const auto& [row, mark] : parts)
        set_part_mark(main_, row, mark);
}

/// An earlier keystore of the same opening would else go unnoticed. What was written is durable; if the
/// commit is not, main knows of less than there is.
void InstanceParts::note_keystore(Transaction& transaction) {
    if (keystore_.written() == noted_) return;
    transaction.at_end(
        [this] {
            const auto written = keystore_.written();
            for (std::size_t pair = 0; pair < written.size(); ++pair)
                set_part_mark(main_, pair_row(pair), written[pair]);
            noted_ = written;
        },
        [this, before = noted_] { noted_ = before; });
}

void InstanceParts::catch_up() {
    {
        const auto lock = main_.lock();
        if (keystore_.written() == noted_) return;
    }
    Transaction(main_).commit();
}

void InstanceParts::begin() {
    auto parts = found();
    std::uint64_t highest = 0;
    for (const auto& [row, mark] : parts)
        highest = std::max(highest, mark.opening.number);
    if (const auto last = part_mark_of(main_, opening_row)) highest = std::max(highest, last->opening.number);
    const Opening next{highest + 1, crypto::random_array<16>()};
    {
        Transaction transaction(main_);
        if (is_newly_restored()) {
            main_.run("DELETE FROM part_mark");
            set_part_mark(main_, restoration_row, {restoration_->number, {}});
        }
        note(parts);
        set_part_mark(main_, opening_row, {0, next});
        transaction.commit();
    }
    keystore_.begin_opening(next);
    {
        Transaction transaction(log_);
        set_part_mark(log_, opening_row, {0, next});
        transaction.commit();
    }
    parts[std::string(log_row)] = {0, next};
    for (const auto& store : stores_) {
        // What is mounted there later must not seem to be of an earlier time.
        const auto known = part_mark_of(main_, store->name());
        const bool elsewhere = known && !parts.contains(store->name()) && store->is_empty();
        const auto mark = elsewhere ? known->opening : next;
        store->set_mark(mark);
        parts[std::string(store->name())] = {0, mark};
    }
    Transaction transaction(main_);
    note(parts);
    noted_ = keystore_.written();
    main_.before_each_commit([this](Transaction& each) { note_keystore(each); });
    transaction.commit_unsynced();  // what is durable later is so after this
}

void InstanceParts::end() {
    keystore_.level();
    Transaction transaction(main_);
    note(found());
    transaction.commit();
}

}  // namespace myqsec::storage
