// The SQL of certificates.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
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
[[nodiscard]] std::vector<CertificateRow> list_certificates(storage::Database& main);

}  // namespace myqsec::spool::store
