#include "storage/backup.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "crypto/aead.hpp"
#include "crypto/container/container.hpp"
#include "crypto/hash.hpp"
#include "storage/instance_folder.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view manifest_file = "backup";
constexpr std::string_view manifest_magic = "MYQSECB";
constexpr std::uint8_t manifest_version = 1;
constexpr std::size_t largest_manifest = std::size_t{64} * 1024;
constexpr std::size_t chunk = std::size_t{256} * 1024;

struct CopiedFile {
    std::string name;
    std::uint64_t size = 0;
    crypto::Digest digest{};
};

/// Durably, except for the name.
CopiedFile copy_file(File& from, Folder& to, const std::string& name) {
    CopiedFile out{name, 0, {}};
    const auto file = to.create(name);
    crypto::Sha256 hash;
    Bytes buffer(chunk);
    for (;;) {
        const auto size = from.read_at(out.size, buffer);
        const auto read = ByteView(buffer).first(size);
        hash.update(read);
        if (!read.empty()) file->write_at(out.size, read);
        out.size += size;
        if (size < buffer.size()) break;
    }
    file->sync();
    out.digest = hash.final();
    return out;
}

Bytes header_of(File& document) {
    Bytes out(crypto::container_header_area);
    out.resize(document.read_at(0, out));
    return out;
}

/// Again if its header was written anew meanwhile: both of the header's copies may have been read
/// half-written.
void copy_document(File& from, Folder& to, const std::string& name) {
    auto before = header_of(from);
    for (;;) {
        copy_file(from, to, name);
        auto after = header_of(from);
        if (after == before) return;
        before = std::move(after);
        to.remove(name);
    }
}

class Steps {
 public:
    Steps(const BackupProgress& told, std::uint64_t files) : told_(told), files_(files) {}
    void step() {
        ++done_;
        if (told_) told_(done_, files_);
    }

 private:
    const BackupProgress& told_;
    std::uint64_t files_;
    std::uint64_t done_ = 0;
};

// --- the manifest ---

struct Manifest {
    BackupInfo info;
    std::vector<CopiedFile> databases;
    KeySet keys;
};

/// All that precedes the sealed record, authenticated with it.
Bytes clear_part(const BackupInfo& info) {
    ByteWriter writer;
    writer.raw(as_bytes(manifest_magic))
        .integer(manifest_version)
        .raw(info.instance_id)
        .integer(info.key_version);
    writer.integer(static_cast<std::uint64_t>(to_milliseconds(info.created)));
    writer.integer(static_cast<std::uint64_t>(to_milliseconds(info.expires)));
    return writer.take();
}

Bytes write_manifest(const Manifest& manifest, const crypto::Secret& key) {
    ByteWriter files;
    files.integer(static_cast<std::uint16_t>(manifest.databases.size()));
    for (const auto& file : manifest.databases)
        files.field(as_bytes(file.name)).integer(file.size).raw(file.digest);
    const auto keys = manifest.keys.encode();
    crypto::Secret plaintext(files.bytes().size() + keys.size());
    std::ranges::copy(keys.view(), std::ranges::copy(files.bytes(), plaintext.span().begin()).out);
    const auto clear = clear_part(manifest.info);
    return ByteWriter().raw(clear).field(crypto::seal_record(key, clear, plaintext.view())).take();
}

struct ReadManifest {
    BackupInfo info;
    Bytes sealed;
};

[[noreturn]] void fail_no_manifest(const Folder& folder) {
    fail(Status::ERR_CORRUPT, "'{}/{}' is not the file of a backup", folder.path(), manifest_file);
}

ReadManifest read_manifest(Folder& folder) {
    if (!folder.exists(manifest_file)) {
        fail(Status::ERR_NOT_FOUND, "'{}' holds no backup, or one that was not finished: it has no file '{}'",
             folder.path(), manifest_file);
    }
    const auto file = folder.open_read_only(manifest_file);
    if (file->size() > largest_manifest) fail_no_manifest(folder);
    const auto bytes = read_all(*file, largest_manifest);
    ByteReader reader(bytes, "the file 'backup'");
    if (bytes.size() < manifest_magic.size() ||
        !std::ranges::equal(reader.raw(manifest_magic.size()), as_bytes(manifest_magic)))
        fail_no_manifest(folder);
    if (const auto found = reader.integer<std::uint8_t>(); found != manifest_version) {
        fail(Status::ERR_NEWER_VERSION,
             "the backup has format version {}, this library knows version {}; use a newer library", found,
             manifest_version);
    }
    ReadManifest out;
    out.info.instance_id = reader.array<16>();
    out.info.key_version = reader.integer<std::uint32_t>();
    out.info.created = from_milliseconds(static_cast<std::int64_t>(reader.integer<std::uint64_t>()));
    out.info.expires = from_milliseconds(static_cast<std::int64_t>(reader.integer<std::uint64_t>()));
    const auto sealed = reader.field();
    reader.expect_end();
    out.sealed.assign(sealed.begin(), sealed.end());
    return out;
}

Manifest open_manifest(const ReadManifest& read, const BackupKey& key) {
    const auto& info = read.info;
    if (key.instance_id != info.instance_id)
        fail(Status::ERR_WRONG_KEY, "the backup key given is of another instance than the backup");
    if (key.version != info.key_version) {
        fail(Status::ERR_WRONG_KEY, "the backup needs the backup key {}, not {}", info.key_version,
             key.version);
    }
    std::optional<crypto::Secret> plaintext;
    try {
        plaintext = crypto::open_record(key.key, clear_part(info), read.sealed);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_CORRUPT) throw;
        fail(Status::ERR_WRONG_KEY,
             "the backup key given does not open this backup, or its file 'backup' was altered");
    }
    Manifest out{info, {}, {}};
    ByteReader reader(plaintext->view(), "the backup");
    for (auto files = reader.integer<std::uint16_t>(); files > 0; --files) {
        auto& file = out.databases.emplace_back();
        file.name = as_text(reader.field());
        file.size = reader.integer<std::uint64_t>();
        file.digest = reader.array<32>();
    }
    out.keys = KeySet::decode(crypto::Secret(reader.raw(reader.remaining())));
    return out;
}

// --- writing ---

KeySet keys_to_back_up(const Keystore& keystore) {
    auto keys = keystore.keys();
    // They open earlier backups, which would live as long as this one.
    for (const auto known : keys.versions(KeyPurpose::backup))
        keys.drop(KeyPurpose::backup, known);
    return keys;
}

std::vector<CopiedFile> copy_databases(Folder& from, Folder& to) {
    std::vector<CopiedFile> out;
    for (const auto database : {instance_folder::main_file, instance_folder::log_file}) {
        for (const auto suffix : instance_folder::database_suffixes) {
            const auto name = std::string(database).append(suffix);
            if (from.exists(name)) out.push_back(copy_file(*from.open_read_only(name), to, name));
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
    void copy(Folder& to, Steps& steps) const {
        for (const auto& held : holds_) {
            const auto documents = to.folder(held.store.name());
            for (const auto& name : held.names) {
                copy_document(*held.store.open_read_only(name), *documents, to_hex(name));
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

/// The backup's last file makes it one: if that can't be said for certain, it is none.
void publish_backup(Folder& to, const Manifest& manifest, const crypto::Secret& key) {
    try {
        write_durably(to, manifest_file, write_manifest(manifest, key));
    } catch (...) {
        withdraw_backup(to);
        throw;
    }
}

}  // namespace

void withdraw_backup(Folder& backup) noexcept {
    try {
        backup.remove(manifest_file);
        backup.sync();
    } catch (...) {  // the first failure is the one to report
    }
}

BackupInfo write_backup(Vault& vault, Folder& to, const BackupKey& key, const BackupProgress& progress) {
    if (!to.list().empty())
        fail(Status::ERR_EXISTS, "'{}' is not empty; choose an empty or new folder for the backup",
             to.path());
    HeldDocuments documents(vault);
    Manifest manifest{{key.instance_id, key.version, {}, key.expires}, {}, {}};
    {
        const BothDatabasesLocked locked(vault);
        manifest.info.created = vault.clock().now();
        manifest.keys = keys_to_back_up(vault.keystore());
        manifest.databases = copy_databases(vault.folder(), to);
        documents.list();
    }
    Steps steps(progress, documents.size() + 1);
    steps.step();
    documents.copy(to, steps);
    to.sync();
    if (key.expires <= vault.clock().now())
        fail(Status::ERR_NOT_POSSIBLE,
             "the backup took longer than it was to be kept; give it a longer retention");
    publish_backup(to, manifest, key.key);
    return manifest.info;
}

BackupInfo read_backup_info(Folder& backup) {
    return read_manifest(backup).info;
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

void restore_databases(const Manifest& manifest, Folder& backup, Folder& to) {
    for (const auto& said : manifest.databases) {
        if (!backup.exists(said.name))
            fail(Status::ERR_CORRUPT, "the backup '{}' lacks its file '{}'", backup.path(), said.name);
        const auto found = copy_file(*backup.open_read_only(said.name), to, said.name);
        if (found.size != said.size || found.digest != said.digest) {
            fail(Status::ERR_CORRUPT, "'{}/{}' is damaged, or is of another backup", backup.path(),
                 said.name);
        }
    }
}

struct StoredDocuments {
    std::string_view store;
    std::vector<BlobName> names;
};

/// A store whose folder is missing lacks all its documents, which the opening says.
std::vector<StoredDocuments> documents_of(Folder& backup, BlobFolders blobs) {
    std::vector<StoredDocuments> out;
    for (const auto store : blobs) {
        auto& documents = out.emplace_back(StoredDocuments{store, {}});
        if (backup.exists(store)) documents.names = blob_names(*backup.folder(store));
    }
    return out;
}

void restore_documents(const StoredDocuments& documents, Folder& backup, Folder& to, Steps& steps) {
    const auto restored = to.folder(documents.store);
    if (documents.names.empty()) return;
    const auto backed_up = backup.folder(documents.store);
    for (const auto& name : documents.names) {
        const auto file = to_hex(name);
        copy_file(*backed_up->open_read_only(file), *restored, file);
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
        files += store.names.size();
    Steps steps(progress, files);
    restore_databases(manifest, backup, to);
    steps.step();
    for (const auto& store : stores)
        restore_documents(store, backup, to, steps);
    to.sync();
    crypto::Secret created(sizeof(std::uint64_t));
    store_be(created.span().data(), static_cast<std::uint64_t>(to_milliseconds(manifest.info.created)));
    manifest.keys.put(KeyPurpose::restored_mark, 1, created);
    auto keystore = Keystore::of(std::move(manifest.keys), manifest.info.instance_id, root);
    instance_folder::publish(to, keystore);
    return manifest.info;
}

}  // namespace myqsec::storage
