// Certificates that jobs can be encrypted to, beside the instance's own key.
#pragma once

#include <string>
#include <vector>

#include "base/page.hpp"
#include "crypto/public_key/certificate.hpp"
#include "spool/records/context.hpp"

namespace myqsec::spool {

struct ImportedCertificate {
    CertificateId id;
    std::string name;
    crypto::Certificate certificate;
    std::int64_t queues = 0;  ///< that use it
    bool usable = false;      ///< now: within its validity
};

/// key.manage, unless said otherwise. Thread-safe. What it is built from outlives it.
class Certificates {
 public:
    explicit Certificates(const Context& context);

    /// One certificate, PEM or DER. ERR_INVALID_ARGUMENT with the reason (form, key, key usage, validity),
    /// ERR_EXISTS.
    CertificateId add(const access::Principal& principal, const std::string& name, ByteView pem_or_der);
    /// key.manage or queue.manage.
    [[nodiscard]] Paged<ImportedCertificate> list(const access::Principal& principal, const Page& page = {});
    /// ERR_NOT_FOUND; ERR_NOT_POSSIBLE while a queue uses it. Jobs that were encrypted to it stay so.
    void remove(const access::Principal& principal, CertificateId certificate);

 private:
    Context context_;
};

}  // namespace myqsec::spool
