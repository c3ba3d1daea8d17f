#include "storage/keys/personal_field.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t padding = 32;  // hides all but the rough length of a name
constexpr std::size_t longest = 0xFFFF;

Bytes context(std::string_view field) {
    ByteWriter writer;
    writer.raw(as_bytes("field:")).raw(as_bytes(field));
    return writer.take();
}

}  // namespace

Bytes seal_field(const crypto::Secret& person_key, std::string_view field, std::string_view text) {
    if (text.size() > longest) {
        fail(Status::ERR_LIMIT, "a personal field has {} bytes; at most {} can be stored", text.size(),
             longest);
    }
    const std::size_t size = (2 + text.size() + padding - 1) / padding * padding;
    crypto::Secret plain(size);
    store_be(plain.span().data(), static_cast<std::uint16_t>(text.size()));
    std::ranges::copy(as_bytes(text), plain.span().begin() + 2);
    return crypto::seal_record(person_key, context(field), plain.view());
}

std::string PersonalFields::open(std::string_view field, ByteView sealed) {
    if (sealed.empty()) return {};
    const crypto::Secret plain = opener_.open(context(field), sealed);
    ByteReader reader(plain.view(), "a personal field");
    const auto size = reader.integer<std::uint16_t>();
    return std::string(as_text(reader.raw(size)));
}

std::string open_field(const crypto::Secret& person_key, std::string_view field, ByteView sealed) {
    return sealed.empty() ? std::string() : PersonalFields(person_key).open(field, sealed);
}

}  // namespace myqsec::storage
