#include "storage/keys/backup_keys.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t entry_size = key_size + sizeof(std::int64_t);
constexpr std::string_view text_magic = "myqsec-backup-key-1";
constexpr std::size_t most_keys = 24;  ///< so that the keystore keeps room for the others
constexpr int sharing = 8;  ///< a key serves backups that ask for up to this fraction of its time more

/// What the keystore holds of a key. Anything of another size is none: early instances have one without
/// expiry.
std::optional<Instant> expiry_of(const crypto::Secret& entry) {
    if (entry.size() != entry_size) return std::nullopt;
    return from_milliseconds(
        static_cast<std::int64_t>(load_be<std::uint64_t>(entry.view().data() + key_size)));
}

BackupKey from_entry(const Keystore& keystore, std::uint32_t version, const crypto::Secret& entry,
                     Instant expires) {
    return {keystore.instance_id(), version, expires, crypto::Secret(entry.view().first(key_size))};
}

crypto::Secret entry_of(const crypto::Secret& key, Instant expires) {
    crypto::Secret out(entry_size);
    std::ranges::copy(key.view(), out.span().begin());
    store_be(out.span().data() + key_size, static_cast<std::uint64_t>(to_milliseconds(expires)));
    return out;
}

[[noreturn]] void fail_parse() {
    fail(Status::ERR_INVALID_ARGUMENT,
         "this is no backup key: one is a line that begins with {}, as exporting it gave", text_magic);
}

[[noreturn]] void fail_miscopied() {
    fail(Status::ERR_INVALID_ARGUMENT,
         "the backup key was copied wrongly, or not whole: it is one line, as exporting it gave");
}

ByteArray<16> instance_of(std::string_view hex) {
    ByteArray<16> out{};
    if (hex.size() != 2 * out.size()) fail_miscopied();
    try {
        std::ranges::copy(from_hex(hex), out.begin());
    } catch (const Error&) {
        fail_miscopied();
    }
    return out;
}

/// The text up to the next '.', which it takes off; all of it if there is none.
std::string_view take_part(std::string_view& text) {
    const auto end = std::min(text.find('.'), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

template <typename Integer>
Integer integer_of(std::string_view digits) {
    Integer value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end || value <= 0) fail_miscopied();
    return value;
}

}  // namespace

crypto::Secret BackupKey::text() const {
    const auto clear =
        fmt::format("{}.{}.{}.{}.", text_magic, to_hex(instance_id), version, to_milliseconds(expires));
    auto encoded = to_base64(key.view());
    crypto::Secret out(clear.size() + encoded.size());
    std::ranges::copy(as_bytes(encoded), std::ranges::copy(as_bytes(clear), out.span().begin()).out);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(encoded.data()), encoded.size()});
    return out;
}

BackupKey BackupKey::parse(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    if (take_part(text) != text_magic) fail_parse();
    BackupKey out;
    out.instance_id = instance_of(take_part(text));
    out.version = integer_of<std::uint32_t>(take_part(text));
    out.expires = from_milliseconds(integer_of<std::int64_t>(take_part(text)));
    auto key = from_base64(text);
    if (!key || key->size() != key_size) fail_miscopied();
    out.key = crypto::Secret(*key);
    crypto::wipe(*key);
    return out;
}

BackupKey backup_key_until(Keystore& keystore, Instant now, Instant expires) {
    const auto earliest = expires - (expires - now) / sharing;
    std::uint32_t version = 0;
    std::optional<BackupKey> found;
    keystore.change([&](KeySet& keys) {
        for (const auto known : keys.versions(KeyPurpose::backup)) {
            version = known;
            const auto& entry = *keys.find(KeyPurpose::backup, known);
            const auto expiry = expiry_of(entry);
            if (expiry && *expiry >= earliest && *expiry <= expires)
                found = from_entry(keystore, known, entry, *expiry);
        }
        if (found) return;
        // Never used twice, even when all earlier ones have gone: the second in which it was made, or the
        // next.
        const auto seconds = std::max<std::int64_t>(to_milliseconds(now) / 1000, 0);
        version = std::max(version + 1, static_cast<std::uint32_t>(seconds));
        auto key = crypto::random_secret(key_size);
        if (keys.versions(KeyPurpose::backup).size() >= most_keys) {
            fail(Status::ERR_LIMIT,
                 "{} backup keys of different retentions live already; use the same retention, or wait until "
                 "one expires",
                 most_keys);
        }
        const auto entry = entry_of(key, expires);
        keys.put(KeyPurpose::backup, version, entry);
        found = BackupKey{keystore.instance_id(), version, expires, std::move(key)};
    });
    return *std::move(found);
}

BackupKey backup_key(const Keystore& keystore, std::uint32_t version) {
    const auto keys = keystore.keys();
    const auto* const entry = keys.find(KeyPurpose::backup, version);
    const auto expires = entry ? expiry_of(*entry) : std::nullopt;
    if (!expires) {
        fail(Status::ERR_NOT_FOUND,
             "the keystore has no backup key {}: it expired and was destroyed, or is of another instance",
             version);
    }
    return from_entry(keystore, version, *entry, *expires);
}

std::vector<BackupKeyRow> backup_keys(const Keystore& keystore) {
    std::vector<BackupKeyRow> out;
    const auto keys = keystore.keys();
    for (const auto version : keys.versions(KeyPurpose::backup)) {
        if (const auto expires = expiry_of(*keys.find(KeyPurpose::backup, version)))
            out.push_back({version, *expires});
    }
    return out;
}

void extend_backup_keys(Keystore& keystore, Duration by) {
    if (keystore.newest_version(KeyPurpose::backup) == 0) return;
    keystore.change([&](KeySet& keys) {
        for (const auto version : keys.versions(KeyPurpose::backup)) {
            const auto& entry = *keys.find(KeyPurpose::backup, version);
            if (const auto expires = expiry_of(entry)) {
                const auto extended =
                    entry_of(from_entry(keystore, version, entry, *expires).key, *expires + by);
                keys.drop(KeyPurpose::backup, version);
                keys.put(KeyPurpose::backup, version, extended);
            }
        }
    });
}

void drop_backup_keys(Keystore& keystore, std::span<const BackupKeyRow> rows) {
    keystore.change([&](KeySet& keys) {
        for (const auto& row : rows)
            keys.drop(KeyPurpose::backup, row.version);
    });
}

}  // namespace myqsec::storage
