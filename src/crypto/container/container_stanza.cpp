#include "crypto/container/container_stanza.hpp"

#include "base/error.hpp"
#include "crypto/container/certificate_stanza.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_keys.hpp"
#include "crypto/key_wrap.hpp"

namespace myqsec::crypto {

using container_format::StanzaType;

namespace {

std::optional<Secret> unwrap_one(const Stanza& stanza, const Identity& identity, ByteView salt) {
    switch (static_cast<StanzaType>(stanza.type)) {
        case StanzaType::local:
            if (!identity.wrapping_key || stanza.body.size() != wrapped_key_size) return {};
            return unwrap_key(*identity.wrapping_key, stanza.body);
        case StanzaType::rsa_oaep:
        case StanzaType::ecdh:
            if (!identity.private_key) return {};
            return unwrap_with_private_key(stanza, *identity.private_key, identity.certificate, salt);
    }
    return {};  // a type of a later version: for somebody else
}

}  // namespace

std::vector<Stanza> wrap_file_key(const Recipients& recipients, ByteView salt, const Secret& file_key) {
    std::vector<Stanza> stanzas;
    if (recipients.wrapping_key) {
        stanzas.push_back(
            {static_cast<std::uint16_t>(StanzaType::local), wrap_key(*recipients.wrapping_key, file_key)});
    }
    for (const Certificate& certificate : recipients.certificates) {
        stanzas.push_back(wrap_for_certificate(certificate, salt, file_key));
    }
    if (stanzas.empty()) fail(Status::ERR_INVALID_ARGUMENT, "a container needs at least one recipient");
    return stanzas;
}

std::optional<Secret> unwrap_file_key(const std::vector<Stanza>& stanzas, const Identity& identity,
                                      ByteView salt) {
    for (const Stanza& stanza : stanzas) {
        auto file_key = unwrap_one(stanza, identity, salt);
        if (file_key && file_key->size() == file_key_size) return file_key;
    }
    return {};
}

}  // namespace myqsec::crypto
