#include "storage/backup_manifest.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "crypto/aead.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view manifest_magic = "MYQSECB";
constexpr std::uint8_t manifest_version = 1;
constexpr std::size_t largest_manifest = std::size_t{64} * 1024;

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

[[noreturn]] void fail_no_manifest(const Folder& folder) {
    fail(Status::ERR_CORRUPT, "'{}/{}' is not the file of a backup", folder.path(), manifest_file);
}

}  // namespace

Bytes BackupManifest::seal(const crypto::Secret& key) const {
    ByteWriter files;
    files.integer(static_cast<std::uint16_t>(databases.size()));
    for (const auto& file : databases)
        files.field(as_bytes(file.name)).integer(file.size).raw(file.digest);
    const auto encoded = keys.encode();
    crypto::Secret plaintext(files.bytes().size() + encoded.size());
    std::ranges::copy(encoded.view(), std::ranges::copy(files.bytes(), plaintext.span().begin()).out);
    const auto clear = clear_part(info);
    return ByteWriter().raw(clear).field(crypto::seal_record(key, clear, plaintext.view())).take();
}

SealedManifest read_manifest(Folder& folder) {
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
    SealedManifest out;
    out.info.instance_id = reader.array<16>();
    out.info.key_version = reader.integer<std::uint32_t>();
    out.info.created = from_milliseconds(static_cast<std::int64_t>(reader.integer<std::uint64_t>()));
    out.info.expires = from_milliseconds(static_cast<std::int64_t>(reader.integer<std::uint64_t>()));
    const auto sealed = reader.field();
    reader.expect_end();
    out.sealed.assign(sealed.begin(), sealed.end());
    return out;
}

BackupManifest open_manifest(const SealedManifest& read, const BackupKey& key) {
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
    BackupManifest out{info, {}, {}};
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

}  // namespace myqsec::storage
