#include "crypto/aead.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "crypto/in_place_aead.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t nonce_size = 24;
static_assert(record_overhead == nonce_size + aead_tag_size);

void check_key(const Secret& key) {
    if (key.size() != 32) fail(Status::ERR_INTERNAL, "a record key has {} bytes instead of 32", key.size());
}

}  // namespace

Bytes seal_record(const Secret& key, ByteView context, ByteView plaintext) {
    check_key(key);
    Bytes record(record_overhead + plaintext.size());
    const ByteSpan nonce = ByteSpan(record).first(nonce_size);
    const ByteSpan text = ByteSpan(record).subspan(nonce_size, plaintext.size());
    randomize(nonce);
    std::copy(plaintext.begin(), plaintext.end(), text.begin());
    AeadSealer(chacha20_poly1305, key.view()).seal(nonce, context, text, text.data() + text.size());
    return record;
}

RecordOpener::RecordOpener(const Secret& key) {
    check_key(key);
    opener_ = std::make_unique<AeadOpener>(chacha20_poly1305, key.view());
}

RecordOpener::~RecordOpener() = default;

Secret RecordOpener::open(ByteView context, ByteView record) {
    if (record.size() < record_overhead) fail(Status::ERR_CORRUPT, "a sealed record is too short");
    Secret plaintext(record.subspan(nonce_size, record.size() - record_overhead));
    const std::uint8_t* tag = record.data() + record.size() - aead_tag_size;
    if (!opener_->open(record.first(nonce_size), context, plaintext.span(), tag)) {
        fail(Status::ERR_CORRUPT, "a sealed record is damaged or does not belong here");
    }
    return plaintext;
}

Secret open_record(const Secret& key, ByteView context, ByteView record) {
    return RecordOpener(key).open(context, record);
}

}  // namespace myqsec::crypto
