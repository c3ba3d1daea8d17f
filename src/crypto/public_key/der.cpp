#include "crypto/public_key/der.hpp"

#include "base/error.hpp"

namespace myqsec::crypto {

namespace {

[[noreturn]] void malformed_der() {
    fail(Status::ERR_INVALID_ARGUMENT, "the certificate or key is damaged, or not in the DER form");
}

}  // namespace

DerReader::Item DerReader::take() {
    constexpr std::uint8_t high_tag_number = 0x1F;
    constexpr std::size_t most_length_bytes = 4;
    if (rest_.size() < 2 || (rest_[0] & high_tag_number) == high_tag_number) malformed_der();
    std::size_t at = 2;
    std::size_t size = rest_[1];
    if (size >= 0x80) {
        const std::size_t count = size & 0x7F;
        if (count == 0 || count > most_length_bytes || rest_.size() < at + count) malformed_der();
        for (size = 0; at < 2 + count; ++at)
            size = size << 8 | rest_[at];
        if (size < 0x80 || rest_[2] == 0) malformed_der();  // one length has one spelling
    }
    if (size > rest_.size() - at) malformed_der();
    const Item item{rest_[0], rest_.subspan(at, size), rest_.first(at + size)};
    rest_ = rest_.subspan(at + size);
    return item;
}

ByteView DerReader::take(std::uint8_t tag) {
    const auto item = take();
    if (item.tag != tag) malformed_der();
    return item.content;
}

std::optional<ByteView> DerReader::take_if(std::uint8_t tag) {
    if (!next_is(tag)) return std::nullopt;
    return take().content;
}

void DerReader::expect_end() const {
    if (!empty()) malformed_der();
}

ByteView der_magnitude(ByteView integer) {
    if (integer.empty() || integer[0] >= 0x80) malformed_der();
    return integer[0] == 0 ? integer.subspan(1) : integer;
}

bool is_object_id(ByteView content, std::string_view hex) {
    return to_hex(content) == hex;
}

}  // namespace myqsec::crypto
