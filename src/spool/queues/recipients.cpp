#include "spool/queues/recipients.hpp"

#include "spool/records/certificate_store.hpp"

namespace myqsec::spool {

namespace {

crypto::Certificate usable_certificate(const Context& context, CertificateId id) {
    const auto row = store::find_certificate(context.main(), id);
    if (!row) fail(Status::ERR_NOT_FOUND, "there is no certificate {}", id.value);
    auto certificate = crypto::Certificate::parse(row->der);
    try {
        certificate.check_recipient(context.now());
    } catch (const Error& error) {
        fail(Status::ERR_NOT_POSSIBLE,
             "nothing can be encrypted to certificate {} now: {}; import its successor and give it to the "
             "queue",
             id.value, error.what());
    }
    return certificate;
}

}  // namespace

std::vector<crypto::Certificate> certificates_of(const Context& context, const Queue& queue) {
    std::vector<crypto::Certificate> out;
    out.reserve(queue.certificates.size());
    for (const auto id : queue.certificates)
        out.push_back(usable_certificate(context, id));
    return out;
}

crypto::Recipients recipients_of(const Context& context, const Queue& queue, const crypto::Secret& job_key) {
    return {job_key.clone(), certificates_of(context, queue)};
}

crypto::ContainerSuite suite_of(const Queue& queue) {
    return queue.encrypted ? crypto::preferred_container_suite() : crypto::ContainerSuite::plain;
}

}  // namespace myqsec::spool
