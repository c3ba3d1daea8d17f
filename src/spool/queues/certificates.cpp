#include "spool/queues/certificates.hpp"

#include "spool/records/certificate_store.hpp"

namespace myqsec::spool {

using access::Right;

namespace {

bool is_usable(const crypto::Certificate& certificate, Instant now) {
    return certificate.not_before() <= now && now <= certificate.not_after();
}

}  // namespace

Certificates::Certificates(const Context& context) : context_(context) {}

CertificateId Certificates::add(const access::Principal& principal, const std::string& given,
                                ByteView pem_or_der) {
    const auto proof = context_.access.authority.authorise(principal, Right::key_manage);
    const auto name = access::prepared_name("a certificate's name", given, 127);
    const auto certificate = crypto::Certificate::parse(pem_or_der);
    certificate.check_recipient(context_.now());

    storage::Transaction transaction(context_.main());
    const auto fingerprint = certificate.fingerprint();
    if (const auto same = store::find_certificate(context_.main(), fingerprint)) {
        fail(Status::ERR_EXISTS, "this certificate is there already, as certificate {}", same->value);
    }
    if (store::find_certificate(context_.main(), name)) {
        fail(Status::ERR_EXISTS, "there is a certificate of that name already");
    }
    const auto id = store::insert_certificate(context_.main(), {.id = {},
                                                                .name = name,
                                                                .fingerprint = fingerprint,
                                                                .der = certificate.der(),
                                                                .imported = context_.now(),
                                                                .queues = 0});
    context_.audit.append(transaction,
                          {.action = audit::Action::certificate_imported,
                           .actor = proof.actor(),
                           .object = id,
                           .changes = {{"name", "", name}, {"fingerprint", "", to_hex(fingerprint)}},
                           .personal = {}});
    transaction.commit();
    return id;
}

Paged<ImportedCertificate> Certificates::list(const access::Principal& principal, const Page& page) {
    auto& authority = context_.access.authority;
    if (!authority.reach(principal, Right::queue_manage).nowhere()) {
        context_.touch(principal);
    } else {
        (void)authority.authorise(principal, Right::key_manage);
    }
    const auto rows = store::list_certificates(context_.main(), page);
    Paged<ImportedCertificate> out;
    for (const auto& row : rows) {
        const auto certificate = crypto::Certificate::parse(row.der);
        out.push_back({row.id, row.name, certificate, row.queues, is_usable(certificate, context_.now())});
    }
    out.more = rows.more;
    return out;
}

void Certificates::remove(const access::Principal& principal, CertificateId id) {
    const auto proof = context_.access.authority.authorise(principal, Right::key_manage);
    storage::Transaction transaction(context_.main());
    const auto row = store::find_certificate(context_.main(), id);
    if (!row) fail(Status::ERR_NOT_FOUND, "there is no certificate {}", id.value);
    if (row->queues > 0) {
        fail(Status::ERR_NOT_POSSIBLE, "certificate {} is in use by {} queues: take it from them first",
             id.value, row->queues);
    }
    store::remove_certificate(context_.main(), id);
    context_.audit.append(
        transaction, {.action = audit::Action::certificate_removed,
                      .actor = proof.actor(),
                      .object = id,
                      .changes = {{"name", row->name, ""}, {"fingerprint", to_hex(row->fingerprint), ""}},
                      .personal = {}});
    transaction.commit();
}

}  // namespace myqsec::spool
