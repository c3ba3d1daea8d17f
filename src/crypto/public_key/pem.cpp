#include "crypto/public_key/pem.hpp"

#include <algorithm>
#include <string>

#include <botan/data_src.h>
#include <botan/pem.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/public_key/der.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view dashes = "-----";

bool is_label(std::string_view text) {
    return text.size() <= 64 && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool starts_with(ByteView file, std::string_view bytes) {
    return as_text(file).starts_with(bytes);
}

/// By what stands first in its outer SEQUENCE.
std::string_view kind_of_der(ByteView file) {
    constexpr std::string_view signed_data = "2a864886f70d010702";
    try {
        DerReader reader(DerReader(file).take(der::sequence));
        const auto first = reader.take();
        if (first.tag == der::integer && first.content.size() == 1 && first.content[0] == 3)
            return "PKCS #12 (.p12, .pfx): take the certificate out with 'openssl pkcs12 -nokeys', the key "
                   "with "
                   "'openssl pkcs12 -nocerts'";
        if (first.tag == der::integer) return "a private key";
        if (first.tag == der::object_id && is_object_id(first.content, signed_data))
            return "PKCS #7 (.p7b): take the certificate out with 'openssl pkcs7 -print_certs'";
        if (first.tag == der::sequence && reader.next_is(der::octet_string))
            return "an encrypted private key";
        if (first.tag == der::sequence && reader.next_is(der::bit_string)) return "a public key";
    } catch (const Error&) {
        return "damaged, or cut off";
    }
    return "in a form that is not known here";
}

std::string kind_of(ByteView file) {
    if (file.empty()) return "empty";
    if (starts_with(file, "\xFF\xFE") || starts_with(file, "\xFE\xFF"))
        return "UTF-16 text: save it as UTF-8 or ASCII";
    if (file[0] == der::sequence) return std::string(kind_of_der(file));
    if (starts_with(file, "PK\x03\x04") || starts_with(file, "\x1F\x8B")) return "packed: unpack it first";
    if (starts_with(file, "ssh-") || starts_with(file, "ecdsa-sha2-")) return "an SSH public key";
    return "neither PEM nor DER";
}

}  // namespace

Secret PemBlock::der() const {
    return guarded(Status::ERR_INVALID_ARGUMENT, "decoding the base64 of a PEM file", [&] {
        Botan::DataSource_Memory source(as_bytes(text).data(), text.size());
        std::string read_label;
        const auto decoded = Botan::PEM_Code::decode(source, read_label);
        return Secret(ByteView(decoded.data(), decoded.size()));
    });
}

std::vector<PemBlock> read_pem(ByteView file) {
    std::vector<PemBlock> blocks;
    auto rest = as_text(file);
    for (auto begin = rest.find(begin_mark); begin != std::string_view::npos; begin = rest.find(begin_mark)) {
        rest.remove_prefix(begin);
        const auto after = rest.substr(begin_mark.size());
        const auto label = after.substr(0, after.find(dashes));
        const auto end_mark = std::string("-----END ").append(label).append(dashes);
        const auto end = rest.find(end_mark);
        if (!is_label(label) || end == std::string_view::npos)
            fail(Status::ERR_INVALID_ARGUMENT, "the file is cut off: a BEGIN line has no END");
        const auto size = end + end_mark.size();
        blocks.push_back({label, rest.substr(0, size)});
        rest.remove_prefix(size);
    }
    return blocks;
}

void refuse_file(ByteView file, std::string_view wanted) {
    const auto blocks = file.empty() || file[0] == der::sequence ? std::vector<PemBlock>() : read_pem(file);
    if (!blocks.empty())
        fail(Status::ERR_INVALID_ARGUMENT, "the file holds no {}, but a {}", wanted, blocks.front().label);
    fail(Status::ERR_INVALID_ARGUMENT, "the file holds no {}: it is {}", wanted, kind_of(file));
}

}  // namespace myqsec::crypto
