#include "storage/vault.hpp"

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/database_forms_store.hpp"
#include "storage/instance_folder.hpp"
#include "storage/instance_parts.hpp"
#include "storage/pages/page_format.hpp"
#include "storage/space_reserve.hpp"

namespace myqsec::storage {

namespace {

constexpr std::uint32_t audited_mark = 2;  ///< the version of a restored_mark that was audited

DatabaseKeys keys_of(const Keystore& keystore, KeyPurpose purpose) {
    DatabaseKeys out;
    const KeySet keys = keystore.keys();
    for (const std::uint32_t version : keys.versions(purpose))
        out.put(version, *keys.find(purpose, version));
    return out;
}

}  // namespace

void Vault::create(Folder& folder, crypto::RootProvider& root, BlobFolders blobs) {
    const auto lock = instance_folder::prepare(folder, blobs);
    Keystore keystore = Keystore::generate(root);
    Database::create(folder, instance_folder::main_file, keystore.key(KeyPurpose::main_database),
                     {.suite = crypto::preferred_page_suite()});
    Database::create(folder, instance_folder::log_file, keystore.key(KeyPurpose::log_database),
                     {.suite = crypto::preferred_page_suite()});
    for (const auto store : blobs)
        folder.folder(store);
    folder.sync();
    instance_folder::publish(folder, keystore);
}

struct Vault::State {
    State(std::unique_ptr<Folder> home, const Clock& time)
        : disk(std::move(home)), reserve(*disk), folder(with_reserve(*disk, reserve)), clock(time) {}

    // In the order of construction; the lock is released last.
    std::unique_ptr<Folder> disk;
    SpaceReserve reserve;
    std::unique_ptr<Folder> folder;
    const Clock& clock;
    instance_folder::Lock lock;
    std::unique_ptr<Keystore> keystore;
    std::unique_ptr<Database> main;
    std::unique_ptr<Database> log;
    std::unique_ptr<LeafKeys> leaf_keys;
    std::unique_ptr<LookupKeys> lookup_keys;
    std::vector<std::unique_ptr<BlobStore>> blobs;
    std::unique_ptr<InstanceParts> parts;
    std::vector<Finding> findings;
    bool has_outside_counters = false;
    bool accept_earlier_parts = false;
    bool creation_goes_on = false;
    bool accepted_parts = false;

    void note_damage(const Database& database, std::string_view code) {
        if (!database.report().damaged_tail) return;
        findings.push_back(
            {std::string(code),
             fmt::format("the end of the write-ahead log of '{}' was damaged or cut; the last state "
                         "before it is in force",
                         database.name())});
    }
};

Vault::Vault(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const Clock& clock,
             const VaultOptions& options)
    : state_(std::make_unique<State>(std::move(folder), clock)) {
    Folder& home = *state_->folder;
    state_->accept_earlier_parts = options.accept_earlier_parts;
    state_->creation_goes_on = options.creation_goes_on;
    instance_folder::require_instance(home);
    instance_folder::require_databases(home);
    state_->lock = instance_folder::lock(home);
    state_->keystore = std::make_unique<Keystore>(home, root);
    const Keystore& keys = *state_->keystore;
    if (keys.repaired()) {
        state_->findings.push_back(
            {"keystore-repaired",
             "a slot of the keystore was damaged, or its writing cut off; it was repaired from the "
             "other"});
    }
    const bool rebase = keys.newest_version(KeyPurpose::restored_mark) != 0;
    DatabaseOptions main_options;
    main_options.rank = LockRank::main_database;
    main_options.snapshot_rank = LockRank::main_snapshot;
    main_options.cache_kib = options.cache_kib;
    main_options.counter = options.main_counter;
    main_options.counter.rebase = rebase;
    main_options.counter.may_lack = options.accept_earlier_parts;
    state_->has_outside_counters =
        options.main_counter.counter != nullptr && options.log_counter.counter != nullptr;
    DatabaseOptions log_options;
    log_options.rank = LockRank::log_database;
    log_options.snapshot_rank = LockRank::log_snapshot;
    log_options.cache_kib = std::max(options.cache_kib / 4, 64);
    log_options.counter = options.log_counter;
    log_options.counter.rebase = rebase;
    log_options.counter.may_lack = options.accept_earlier_parts;
    state_->main = std::make_unique<Database>(home, instance_folder::main_file,
                                              keys_of(keys, KeyPurpose::main_database), main_options);
    state_->log = std::make_unique<Database>(home, instance_folder::log_file,
                                             keys_of(keys, KeyPurpose::log_database), log_options);
    state_->note_damage(*state_->main, "main-damaged-tail");
    state_->note_damage(*state_->log, "log-damaged-tail");
    if (state_->main->report().counter_lacked || state_->log->report().counter_lacked) {
        state_->findings.push_back(
            {"outside-counter-missing",
             "the instance followed an outside counter, and was opened without one: whether it is of an "
             "earlier time was not checked"});
    }
    for (const auto store : options.blob_folders)
        state_->blobs.push_back(std::make_unique<BlobStore>(home, store, keys.key(KeyPurpose::blob_names)));
    state_->parts = std::make_unique<InstanceParts>(*state_->main, *state_->log, *state_->keystore,
                                                    state_->blobs, restoration());
    require_accepted(state_->parts->compare());
    state_->parts->resume();
    state_->leaf_keys = std::make_unique<LeafKeys>(*state_->main, *state_->keystore, clock);
    state_->leaf_keys->settle();
    state_->lookup_keys = std::make_unique<LookupKeys>(*state_->main, *state_->leaf_keys);
}

Vault::~Vault() = default;

void Vault::checkpoint_if_due() {
    main().checkpoint_if_due();
    log().checkpoint_if_due();
}

bool Vault::compare_pages() {
    constexpr std::uint32_t compared_at_once = 4096;  // some milliseconds
    const bool main_done = main().compare_pages(compared_at_once);
    return log().compare_pages(compared_at_once) && main_done;
}

// One transaction of the main database around both migrations: if the log turns out to be newer than this
// library, the main database stays as it is too.
void Vault::migrate(std::span<const Schema> main, std::span<const Schema> log) {
    std::vector<Schema> schemas{leaf_key_schema(), lookup_key_schema(), database_forms_schema(),
                                instance_parts_schema()};
    schemas.insert(schemas.end(), main.begin(), main.end());
    std::vector<Schema> log_schemas{instance_parts_schema()};
    log_schemas.insert(log_schemas.end(), log.begin(), log.end());
    Transaction transaction(*state_->main);
    storage::migrate(*state_->main, schemas);
    storage::migrate(*state_->log, log_schemas);
    state_->leaf_keys->plant(transaction);
    state_->lookup_keys->plant(transaction);
    transaction.commit();
}

Database& Vault::main() {
    return *state_->main;
}
Database& Vault::log() {
    return *state_->log;
}
Keystore& Vault::keystore() {
    return *state_->keystore;
}
const Keystore& Vault::keystore() const {
    return *state_->keystore;
}
LeafKeys& Vault::leaf_keys() {
    return *state_->leaf_keys;
}
LookupKeys& Vault::lookup_keys() {
    return *state_->lookup_keys;
}
BlobStore& Vault::blobs(std::string_view folder) {
    const auto found = std::ranges::find(state_->blobs, folder, &BlobStore::name);
    if (found == state_->blobs.end())
        fail(Status::ERR_INTERNAL, "'{}' is no blob store of this instance", folder);
    return **found;
}
std::span<const std::unique_ptr<BlobStore>> Vault::blob_stores() const {
    return state_->blobs;
}
std::optional<Restoration> Vault::restoration() const {
    const auto keys = state_->keystore->keys();
    const auto mark = keys.newest(KeyPurpose::restored_mark);
    if (mark == 0) return std::nullopt;
    ByteReader created(keys.find(KeyPurpose::restored_mark, mark)->view(), "the keystore");
    const auto of = from_milliseconds(static_cast<std::int64_t>(created.integer<std::uint64_t>()));
    return Restoration{of, mark >= audited_mark, created.integer<std::uint64_t>()};
}

void Vault::settle_restoration() {
    state_->keystore->change([&](KeySet& keys) {
        const auto mark = keys.newest(KeyPurpose::restored_mark);
        if (mark == 0 || (mark == audited_mark && !has_outside_counters())) return;
        if (!has_outside_counters())
            keys.put(KeyPurpose::restored_mark, audited_mark, *keys.find(KeyPurpose::restored_mark, mark));
        keys.drop(KeyPurpose::restored_mark, mark);
    });
}

bool Vault::has_outside_counters() const {
    return state_->has_outside_counters;
}
Folder& Vault::folder() {
    return *state_->folder;
}
const Clock& Vault::clock() const {
    return state_->clock;
}
const std::vector<Vault::Finding>& Vault::findings() const {
    return state_->findings;
}

void Vault::require_accepted(std::vector<Finding> contradictions) {
    if (!contradictions.empty() && !state_->accept_earlier_parts) {
        fail(Status::ERR_TAMPERED,
             "{}; bring back the files of one time, restore a backup, or accept those that are there "
             "(accept_earlier_parts)",
             contradictions.front().sentence);
    }
    state_->accepted_parts |= !contradictions.empty();
    std::ranges::move(contradictions, std::back_inserter(state_->findings));
}

bool Vault::has_accepted_parts() const {
    return state_->accepted_parts;
}

SpaceReserve& Vault::reserve() {
    return state_->reserve;
}

void Vault::require_room(BlobStore& store, std::uint64_t least) {
    if (state_->reserve.is_spent()) {
        fail(Status::ERR_NO_SPACE,
             "the disk of '{}' was full, and what is left serves deletion alone: delete jobs or enlarge the "
             "disk",
             state_->folder->path());
    }
    const auto left = store.free_space();
    if (left >= least) return;
    fail(Status::ERR_NO_SPACE,
         "the disk of '{}/{}' has {} bytes left, of which {} are to stay free (spool.min_free): delete jobs "
         "or "
         "enlarge the disk",
         state_->folder->path(), store.name(), left, least);
}

void Vault::disown_lock() {
    for (const auto& file : state_->lock)
        file->disown_lock();
    state_->lock.clear();
}

void Vault::begin_opening() {
    state_->parts->begin();
    if (!state_->creation_goes_on) finish_creation();
}

// The keystore first: whoever plants the marker beside it makes no leftover of an instance.
void Vault::finish_creation() {
    state_->keystore->leave_creation();
    instance_folder::finish(*state_->folder);
}

void Vault::end_opening() {
    state_->parts->end();
}

void Vault::note_keystore() {
    state_->parts->catch_up();
}

}  // namespace myqsec::storage
