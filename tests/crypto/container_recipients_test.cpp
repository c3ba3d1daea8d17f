#include <doctest/doctest.h>

#include "crypto/certificate_fixture.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_header.hpp"
#include "crypto/container/container_slots.hpp"
#include "crypto/container/container_stanza.hpp"
#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace format = myqsec::crypto::container_format;

namespace {

Identity identity_of(const Holder& holder) {
    return {{}, holder.key, holder.certificate};
}

Recipients everybody() {
    Recipients recipients = local_recipients();
    for (const auto kind : all_kinds)
        recipients.certificates.push_back(holder(kind).certificate);
    return recipients;
}

/// Rebuilds both slots with other stanzas; what somebody with the file key could do.
Bytes with_stanzas(const Bytes& container, const std::vector<Stanza>& stanzas) {
    OpenedHeader header = open_header(ByteView(container).first(container_header_area), local_identity(), {});
    header.header.stanzas = stanzas;
    const Bytes slot = encode_slot(header.header, header.keys.header_mac);
    Bytes out = container;
    std::copy(slot.begin(), slot.end(), out.begin());
    std::copy(slot.begin(), slot.end(), out.begin() + format::slot_size);
    return out;
}

std::vector<Stanza> stanzas_of(const Bytes& container) {
    return parse_slot(ByteView(container).first(8192)).header.stanzas;
}

}  // namespace

TEST_CASE("each recipient opens the container alone") {
    const Bytes document = test_document(1000);
    const Bytes container = sealed(document, everybody());
    CHECK(opened(container) == document);
    for (const auto kind : all_kinds) {
        CAPTURE(static_cast<int>(kind));
        CHECK(opened(container, identity_of(holder(kind))) == document);
        CHECK(streamed(container, identity_of(holder(kind))) == document);
        CHECK(opened(container, {{}, holder(kind).key, {}}) == document);  // found without its certificate
    }
}

TEST_CASE("a certificate alone is enough of a recipient, and only its key opens") {
    for (const auto kind : all_kinds) {
        const Bytes document = test_document(10);
        const Bytes container =
            sealed(document, {{}, {holder(kind).certificate}}, preferred_container_suite());
        CHECK(opened(container, identity_of(holder(kind))) == document);
        CHECK(status_of([&] { opened(container); }) == Status::ERR_WRONG_KEY);
        const Holder stranger = make_holder(kind);
        CHECK(status_of([&] { opened(container, identity_of(stranger)); }) == Status::ERR_WRONG_KEY);
        CHECK(status_of([&] { opened(container, {{}, stranger.key, {}}); }) == Status::ERR_WRONG_KEY);
        CHECK(status_of([&] {
                  opened(container, {{}, stranger.key, holder(kind).certificate});
              }) == Status::ERR_WRONG_KEY);
    }
}

TEST_CASE("stanzas of unknown types and odd lengths are skipped") {
    const Bytes document = test_document(10);
    const Bytes container = sealed(document);
    std::vector<Stanza> stanzas{{999, Bytes(100, 1)}, {0, {}},       {1, {}},
                                {1, Bytes(39)},       {2, Bytes(3)}, {3, Bytes(33)}};
    const auto good = stanzas_of(container);
    stanzas.insert(stanzas.end(), good.begin(), good.end());
    CHECK(opened(with_stanzas(container, stanzas)) == document);
    CHECK(status_of([&] { opened(with_stanzas(container, stanzas), identity_of(holder(all_kinds[1]))); }) ==
          Status::ERR_WRONG_KEY);
}

TEST_CASE("an ephemeral point off the curve opens nothing") {
    const Bytes document = test_document(10);
    Recipients recipients = local_recipients();
    recipients.certificates.push_back(holder(CertificateKey::ecdsa_p256).certificate);
    const Bytes container = sealed(document, recipients);
    auto stanzas = stanzas_of(container);
    stanzas.at(1).body.at(32 + 64) ^= 1;
    const Bytes altered = with_stanzas(container, stanzas);
    CHECK(status_of([&] { opened(altered, identity_of(holder(CertificateKey::ecdsa_p256))); }) ==
          Status::ERR_WRONG_KEY);
    CHECK(opened(altered) == document);
}

TEST_CASE("more recipients than a slot holds are LIMIT") {
    Recipients recipients;
    recipients.certificates.assign(200, holder(CertificateKey::ecdsa_p256).certificate);
    CHECK(status_of([&] { sealed({}, recipients); }) == Status::ERR_LIMIT);
}

TEST_CASE("lists of stanzas that point past their slot are damage") {
    const Bytes document = test_document(10);
    const Bytes container = sealed(document);
    for (const std::size_t field : {std::size_t{100}, std::size_t{102}, format::stanzas_offset + 2}) {
        for (const std::uint16_t value :
             {std::uint16_t{0}, std::uint16_t{45}, std::uint16_t{8057}, std::uint16_t{65535}}) {
            Bytes altered = container;
            store_be<std::uint16_t>(altered.data() + field, value);
            store_be<std::uint16_t>(altered.data() + format::slot_size + field, value);
            CHECK(status_of([&] { opened(altered); }) != Status::OK);
        }
    }
}

TEST_CASE("an RSA stanza opens as it was made only: not with zeros before it, not without its end") {
    const auto& recipient = holder(CertificateKey::rsa_3072);
    const Stanza stanza = wrap_for_certificate(recipient.certificate, {}, test_key());
    const auto opens = [&](const Bytes& body) {
        return unwrap_with_private_key({stanza.type, body}, recipient.key, {}, {}).has_value();
    };
    CHECK(opens(stanza.body));
    Bytes longer = stanza.body;
    longer.insert(longer.begin() + 32, 0);  // behind the fingerprint
    CHECK_FALSE(opens(longer));
    Bytes shorter = stanza.body;
    shorter.pop_back();
    CHECK_FALSE(opens(shorter));
}
