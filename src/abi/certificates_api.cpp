// Certificates as recipients of jobs (myqsec/certificates.h).
#include "abi/machinery/session.hpp"
#include "myqsec/certificates.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr std::size_t largest_certificate = 65536;

constexpr Column certificate_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},         {"name", MYQSEC_COLUMN_TEXT},
    {"subject", MYQSEC_COLUMN_TEXT},       {"fingerprint", MYQSEC_COLUMN_BYTES},
    {"not_before", MYQSEC_COLUMN_INSTANT}, {"not_after", MYQSEC_COLUMN_INSTANT},
    {"usable", MYQSEC_COLUMN_BOOLEAN},     {"queues", MYQSEC_COLUMN_INTEGER},
    {"certificate", MYQSEC_COLUMN_BYTES},
};

}  // namespace

myqsec_status myqsec_certificate_import(myqsec_session* session, const char* name, const uint8_t* data,
                                        size_t length, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& id = output(out, "out");
        const std::string given_name(text(name, "name"));
        const auto given = bytes(&required(data, "data"), length, "data");
        if (given.size() > largest_certificate)
            fail(Status::ERR_INVALID_ARGUMENT, "a certificate has at most {} bytes", largest_certificate);
        id = s.engine.spool.certificates.add(s.principal, given_name, given).value;
    });
}

myqsec_status myqsec_certificate_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(certificate_columns);
        const auto certificates = s.engine.spool.certificates.list(s.principal, page_of(page));
        list.add_page(certificates, [&](const spool::ImportedCertificate& row) {
            const auto& certificate = row.certificate;
            list.add(row.id, row.name, certificate.subject_name(), certificate.fingerprint(),
                     certificate.not_before(), certificate.not_after(), row.usable, row.queues,
                     certificate.der());
        });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_certificate_remove(myqsec_session* session, int64_t certificate) {
    return with_session(session, [&](Session& s) {
        s.engine.spool.certificates.remove(s.principal, id<CertificateId>(certificate, "certificate"));
    });
}
