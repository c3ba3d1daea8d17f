#include "crypto/in_place_aead.hpp"

namespace myqsec::crypto {

namespace {

std::unique_ptr<AeadSealing> fastest_sealing(std::string_view algorithm, ByteView key) {
    auto sealing = openssl_sealing(algorithm, key);
    return sealing ? std::move(sealing) : botan_sealing(algorithm, key);
}

std::unique_ptr<AeadOpening> fastest_opening(std::string_view algorithm, ByteView key) {
    auto opening = openssl_opening(algorithm, key);
    return opening ? std::move(opening) : botan_opening(algorithm, key);
}

}  // namespace

AeadSealer::AeadSealer(std::string_view algorithm, ByteView key) : by_(fastest_sealing(algorithm, key)) {}

AeadOpener::AeadOpener(std::string_view algorithm, ByteView key) : by_(fastest_opening(algorithm, key)) {}

}  // namespace myqsec::crypto
