// The SQL of certificates.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/page.hpp"
#include "crypto/hash.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::spool::store {

struct CertificateRow {
    CertificateId id;
    std::string name;
    crypto::Digest fingerprint{};
    Bytes der;
    Instant imported;
    std::int64_t queues = 0;  ///< read only: how many use it
};

CertificateId insert_certificate(storage::Database& main, const CertificateRow& certificate);
void remove_certificate(storage::Database& main, CertificateId certificate);
[[nodiscard]] std::optional<CertificateRow> find_certificate(storage::Database& main,
                                                             CertificateId certificate);
[[nodiscard]] std::optional<CertificateId> find_certificate(storage::Database& main,
                                                            const crypto::Digest& fingerprint);
[[nodiscard]] std::optional<CertificateId> find_certificate(storage::Database& main, std::string_view name);
[[nodiscard]] Paged<CertificateRow> list_certificates(storage::Database& main, const Page& page);
/// Every statement that list_certificates may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> certificate_list_statements();

}  // namespace myqsec::spool::store
