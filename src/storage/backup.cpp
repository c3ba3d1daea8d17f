#include "storage/backup.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/backup_copying.hpp"
#include "storage/backup_manifest.hpp"
#include "storage/instance_folder.hpp"

namespace myqsec::storage {

namespace {

/// nullptr if there are none, or none that can be read.
std::unique_ptr<Folder> documents_in(Folder* backup, std::string_view store) {
    try {
        return backup != nullptr && backup->exists(store) ? backup->folder(store) : nullptr;
    } catch (const Error&) {
        return nullptr;
    }
}

/// Under its name there has never been but one document, so that one of the same size is the same: it was
/// there as a whole when the earlier backup became one. What can't be read there is copied anew.
bool share_document(Folder& earlier, File& document, Folder& to, const std::string& name) {
    std::unique_ptr<File> file;
    try {
        if (!earlier.exists(name)) return false;
        file = earlier.open_read_only(name);
        if (file->size() != document.size()) return false;
    } catch (const Error&) {
        return false;
    }
    return to.share(*file, name);
}

// --- writing ---

KeySet keys_to_back_up(const Keystore& keystore) {
    auto keys = keystore.keys();
    // They open earlier backups, which would live as long as this one.
    for (const auto known : keys.versions(KeyPurpose::backup))
        keys.drop(KeyPurpose::backup, known);
    return keys;
}

std::vector<CopiedFile> copy_databases(Folder& from, Folder& to, const BackupRoom& room) {
    std::vector<CopiedFile> out;
    for (const auto database : {instance_folder::main_file, instance_folder::log_file}) {
        for (const auto suffix : instance_folder::database_suffixes) {
            const auto name = std::string(database).append(suffix);
            if (!from.exists(name)) continue;
            const auto file = from.open_read_only(name);
            out.push_back(copy_backup_file(*file, to, name, file->size(), room));
        }
    }
    return out;
}

/// Locks both databases while no erasure is pending, so that what was erased before is in no backup.
class BothDatabasesLocked {
 public:
    explicit BothDatabasesLocked(Vault& vault) {
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            vault.leaf_keys().turn();
            main_.emplace(vault.main());
            if (!vault.leaf_keys().has_waiting()) {
                log_.emplace(vault.log());
                return;
            }
            main_.reset();
        }
        fail(Status::ERR_NOT_POSSIBLE,
             "no backup can be made while erasures come faster than they are completed; try again later");
    }

 private:
    static constexpr int most_attempts = 100;
    std::optional<Transaction> main_;
    std::optional<Transaction> log_;
};

/// All documents, none of which goes before they are copied.
class HeldDocuments {
 public:
    explicit HeldDocuments(Vault& vault) {
        for (const auto& store : vault.blob_stores())
            holds_.emplace_back(*store);
    }
    void list() {
        for (auto& held : holds_)
            held.names = held.hold.names();
    }
    [[nodiscard]] std::uint64_t size() const {
        std::uint64_t sum = 0;
        for (const auto& held : holds_)
            sum += held.names.size();
        return sum;
    }
    /// Those that an earlier backup has are not copied.
    void copy(Folder* earlier, Folder& to, const BackupRoom& room, BackupSteps& steps) const {
        for (const auto& held : holds_) {
            const auto documents = to.folder(held.store.name());
            const auto shared = documents_in(earlier, held.store.name());
            for (const auto& name : held.names) {
                const auto document = held.store.open_read_only(name);
                const auto file = to_hex(name);
                if (!shared || !share_document(*shared, *document, *documents, file))
                    copy_backup_file(*document, *documents, file, document->size(), room);
                steps.step();
            }
            documents->sync();
        }
    }

 private:
    struct Held {
        explicit Held(BlobStore& of) : store(of), hold(of) {}
        BlobStore& store;
        BlobStore::Hold hold;
        std::vector<BlobName> names{};
    };
    std::list<Held> holds_;
};

struct OwnBackup {
    std::unique_ptr<Folder> folder;
    Instant created;
};

/// Nothing if it is none, or none of this instance whose key still lives: nobody else can have made that
/// one's record.
std::optional<OwnBackup> open_own_backup(const std::string& directory, const Keystore& keystore) {
    try {
        auto folder = open_folder(directory, false);
        const auto read = read_manifest(*folder);
        static_cast<void>(open_manifest(read, backup_key(keystore, read.info.key_version)));
        return OwnBackup{std::move(folder), read.info.created};
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

// The backup's last file makes it one: it goes first, and durably.
void withdraw_backup(Vault& vault, Folder& backup) noexcept {
    try {
        backup.remove(manifest_file);
        backup.sync();
        for (const auto database : {instance_folder::main_file, instance_folder::log_file}) {
            for (const auto suffix : instance_folder::database_suffixes)
                backup.remove(std::string(database).append(suffix));
        }
        backup.remove(std::string(manifest_file).append(".new"));
        for (const auto& store : vault.blob_stores()) {
            if (!backup.exists(store->name())) continue;
            const auto documents = backup.folder(store->name());
            for (const auto& name : blob_names(*documents))
                documents->remove(to_hex(name));
        }
        backup.sync();
    } catch (...) {  // the first failure is the one to report
    }
}

namespace {

BackupInfo fill_backup(Vault& vault, Folder& to, const BackupKey& key, const BackupProgress& progress,
                       Folder* earlier, const BackupRoom& room) {
    HeldDocuments documents(vault);
    BackupManifest manifest{{key.instance_id, key.version, {}, key.expires}, {}, {}};
    {
        const BothDatabasesLocked locked(vault);
        manifest.info.created = vault.clock().now();
        manifest.keys = keys_to_back_up(vault.keystore());
        manifest.databases = copy_databases(vault.folder(), to, room);
        documents.list();
    }
    BackupSteps steps(progress, documents.size() + 1);
    steps.step();
    documents.copy(earlier, to, room, steps);
    to.sync();
    if (key.expires <= vault.clock().now())
        fail(Status::ERR_NOT_POSSIBLE,
             "the backup took longer than it was to be kept; give it a longer retention");
    write_durably(to, manifest_file, manifest.seal(key.key));
    return manifest.info;
}

}  // namespace

BackupInfo write_backup(Vault& vault, Folder& to, const BackupKey& key, const BackupProgress& progress,
                        Folder* earlier, std::uint64_t spare) {
    if (!to.list().empty())
        fail(Status::ERR_EXISTS, "'{}' is not empty; choose an empty or new folder for the backup",
             to.path());
    try {
        return fill_backup(vault, to, key, progress, earlier, BackupRoom(vault.folder(), to, spare));
    } catch (...) {
        withdraw_backup(vault, to);
        throw;
    }
}

BackupInfo read_backup_info(Folder& backup) {
    return read_manifest(backup).info;
}

std::unique_ptr<Folder> newest_backup_beside(const std::string& directory, const Keystore& keystore) {
    std::unique_ptr<Folder> newest;
    std::optional<Instant> created;
    try {
        const auto above = directory + "/..";
        for (const auto all = open_folder(above, false)->listing(); const auto name = all->next();) {
            auto folder = open_own_backup(above + "/" + *name, keystore);
            if (!folder || (created && folder->created <= *created)) continue;
            created = folder->created;
            newest = std::move(folder->folder);
        }
    } catch (const Error&) {  // a folder that can't be listed has none, as far as anybody can tell
    }
    return newest;
}

// --- restoring ---

namespace {

void require_unexpired(const BackupInfo& info, Instant now) {
    if (info.expires > now) return;
    const auto days = std::chrono::duration_cast<std::chrono::days>(now - info.expires).count();
    const auto ago = days == 0 ? "less than a day" : days == 1 ? "a day" : fmt::format("{} days", days);
    fail(Status::ERR_NOT_POSSIBLE,
         "the backup expired {} ago: what was erased since may not come back; restore a newer one", ago);
}

void restore_databases(const BackupManifest& manifest, Folder& backup, Folder& to) {
    for (const auto& said : manifest.databases) {
        if (!backup.exists(said.name))
            fail(Status::ERR_CORRUPT, "the backup '{}' lacks its file '{}'", backup.path(), said.name);
        const auto file = backup.open_read_only(said.name);
        // One that was made larger must not fill the disk first.
        if (file->size() != said.size ||
            copy_backup_file(*file, to, said.name, said.size).digest != said.digest) {
            fail(Status::ERR_CORRUPT, "'{}/{}' is damaged, or is of another backup", backup.path(),
                 said.name);
        }
    }
}

struct StoredDocument {
    BlobName name;
    std::uint64_t size;
};

struct StoredDocuments {
    std::string_view store;
    std::vector<StoredDocument> documents;
};

/// A store whose folder is missing lacks all its documents, which the opening says.
std::vector<StoredDocuments> documents_of(Folder& backup, BlobFolders blobs) {
    std::vector<StoredDocuments> out;
    for (const auto store : blobs) {
        auto& stored = out.emplace_back(StoredDocuments{store, {}});
        if (!backup.exists(store)) continue;
        const auto folder = backup.folder(store);
        for (const auto& name : blob_names(*folder))
            stored.documents.push_back({name, folder->open_read_only(to_hex(name))->size()});
    }
    return out;
}

/// Nothing says how large the documents were: what does not fit must be refused before it fills the disk.
void require_room(const BackupManifest& manifest, std::span<const StoredDocuments> stores, Folder& to) {
    const auto left = to.free_space();
    std::uint64_t needed = 0;
    const auto add = [&](std::uint64_t size) {
        if (size > left - needed) {
            fail(Status::ERR_NO_SPACE, "the disk of '{}' has {} bytes left, and the backup is larger",
                 to.path(), left);
        }
        needed += size;
    };
    for (const auto& file : manifest.databases)
        add(file.size);
    for (const auto& store : stores) {
        for (const auto& document : store.documents)
            add(document.size);
    }
}

void restore_documents(const StoredDocuments& stored, Folder& backup, Folder& to, BackupSteps& steps) {
    const auto restored = to.folder(stored.store);
    if (stored.documents.empty()) return;
    const auto backed_up = backup.folder(stored.store);
    for (const auto& document : stored.documents) {
        const auto file = to_hex(document.name);
        copy_backup_file(*backed_up->open_read_only(file), *restored, file, document.size);
        steps.step();
    }
    restored->sync();
}

}  // namespace

BackupInfo restore_backup(Folder& backup, Folder& to, const BackupKey& key, crypto::RootProvider& root,
                          Instant now, BlobFolders blobs, const BackupProgress& progress) {
    auto manifest = open_manifest(read_manifest(backup), key);
    require_unexpired(manifest.info, now);
    const auto lock = instance_folder::prepare(to, blobs);
    const auto stores = documents_of(backup, blobs);
    std::uint64_t files = 1;
    for (const auto& store : stores)
        files += store.documents.size();
    require_room(manifest, stores, to);
    BackupSteps steps(progress, files);
    restore_databases(manifest, backup, to);
    steps.step();
    for (const auto& store : stores)
        restore_documents(store, backup, to, steps);
    to.sync();
    crypto::Secret created = crypto::random_secret(2 * sizeof(std::uint64_t));  // the second: its number
    store_be(created.span().data(), static_cast<std::uint64_t>(to_milliseconds(manifest.info.created)));
    manifest.keys.put(KeyPurpose::restored_mark, 1, created);
    auto keystore = Keystore::of(std::move(manifest.keys), manifest.info.instance_id, root);
    instance_folder::publish(to, keystore);
    return manifest.info;
}

}  // namespace myqsec::storage
