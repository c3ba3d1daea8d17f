#include "storage/wal/wal_slot.hpp"

#include "base/error.hpp"
#include "crypto/aead.hpp"

namespace myqsec::storage {

static_assert(wal_slot_size == wal_slot_clear_size + wal_slot_secret_size + crypto::record_overhead);

namespace {

Bytes secret_part(const SqliteWalHeader& header, const BaseState& base) {
    ByteWriter out;
    out.raw(header).raw(base.sum).integer(base.pages);
    out.integer(static_cast<std::uint8_t>(base.forms.from.suite)).integer(base.forms.from.key_version);
    out.integer(base.forms.done).integer(base.counter);
    return out.take();
}

struct Secrets {
    SqliteWalHeader header;
    BaseState base;
};

Secrets parse_secret(ByteView plain, const PageForm& to) {
    ByteReader in(plain, "a slot of a write-ahead log");
    Secrets out;
    out.header = in.array<sqlite_wal_header_size>();
    out.base.sum = in.array<16>();
    out.base.pages = in.integer<std::uint32_t>();
    out.base.forms.to = to;
    out.base.forms.from.suite = static_cast<crypto::PageSuite>(in.integer<std::uint8_t>());
    out.base.forms.from.key_version = in.integer<std::uint32_t>();
    out.base.forms.done = in.integer<std::uint32_t>();
    out.base.counter = in.integer<std::uint64_t>();
    return out;
}

}  // namespace

WalSlotBytes seal_slot(const DatabaseIdentity& identity, const crypto::Secret& key, std::uint64_t generation,
                       const SqliteWalHeader& header, const BaseState& base) {
    WalSlotBytes slot{};
    store_format_tag(slot.data(), wal_magic, identity, base.forms.to.suite);
    store_be(slot.data() + clear_header_size, generation);
    store_be(slot.data() + clear_header_size + 8, base.forms.to.key_version);
    Bytes secret = secret_part(header, base);
    const Bytes sealed = crypto::seal_record(key, ByteView(slot).first(wal_slot_clear_size), secret);
    crypto::wipe(secret);
    std::copy(sealed.begin(), sealed.end(), slot.begin() + wal_slot_clear_size);
    return slot;
}

std::optional<WalLog> open_slot(const DatabaseIdentity& identity, const DatabaseKeys& keys, std::size_t slot,
                                const WalSlotBytes& bytes) {
    const auto suite = suite_in(bytes[wal_magic.size()]);
    if (!suite) return std::nullopt;
    const PageForm to{*suite, load_be<std::uint32_t>(bytes.data() + clear_header_size + 8)};
    ByteArray<clear_header_size> tag;
    store_format_tag(tag.data(), wal_magic, identity, to.suite);
    if (!std::equal(tag.begin(), tag.end(), bytes.begin())) return std::nullopt;
    const auto generation = load_be<std::uint64_t>(bytes.data() + clear_header_size);
    const crypto::Secret* key = keys.find(to.key_version);
    if (generation % 2 != slot || key == nullptr) return std::nullopt;
    try {
        const ByteView all(bytes);
        const auto plain =
            crypto::open_record(*key, all.first(wal_slot_clear_size), all.subspan(wal_slot_clear_size));
        const Secrets found = parse_secret(plain.view(), to);
        return WalLog(generation, found.header, seed_of(bytes), found.base);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_CORRUPT) throw;
        return std::nullopt;
    }
}

WalChain seed_of(ByteView slot) {
    WalChain seed;
    const ByteView tag = slot.last(seed.size());
    std::copy(tag.begin(), tag.end(), seed.begin());
    return seed;
}

}  // namespace myqsec::storage
