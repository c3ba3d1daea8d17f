#include "spool/records/certificate_store.hpp"

#include <algorithm>

#define CERTIFICATE_ROWS                                                                                  \
    "SELECT id, name, fingerprint, der, imported, "                                                       \
    "(SELECT count(*) FROM queue_certificate WHERE queue_certificate.certificate = certificate.id) FROM " \
    "certificate "

namespace myqsec::spool::store {

namespace {

constexpr BothWays listed_certificates{CERTIFICATE_ROWS "WHERE id > $1 ORDER BY id LIMIT $2",
                                       CERTIFICATE_ROWS "WHERE id < $1 ORDER BY id DESC LIMIT $2"};

CertificateRow read_certificate(const storage::Rows& rows) {
    CertificateRow row;
    row.id = rows.id<CertificateId>(0);
    row.name = rows.text(1);
    const ByteView fingerprint = rows.blob(2);
    if (fingerprint.size() != row.fingerprint.size())
        fail(Status::ERR_CORRUPT, "a certificate's row has a fingerprint of the wrong length");
    std::ranges::copy(fingerprint, row.fingerprint.begin());
    row.der.assign(rows.blob(3).begin(), rows.blob(3).end());
    row.imported = rows.instant(4);
    row.queues = rows.integer(5);
    return row;
}

std::optional<CertificateId> read_id(storage::Rows rows) {
    if (!rows.next()) return std::nullopt;
    return rows.id<CertificateId>(0);
}

}  // namespace

CertificateId insert_certificate(storage::Database& main, const CertificateRow& certificate) {
    return CertificateId(
        main.insert("INSERT INTO certificate (name, fingerprint, der, imported) VALUES ($1, $2, $3, $4)",
                    certificate.name, certificate.fingerprint, certificate.der, certificate.imported));
}

void remove_certificate(storage::Database& main, CertificateId certificate) {
    main.run("DELETE FROM certificate WHERE id = $1", certificate);
}

std::optional<CertificateRow> find_certificate(storage::Database& main, CertificateId certificate) {
    auto rows = main.query(CERTIFICATE_ROWS "WHERE id = $1", certificate);
    if (!rows.next()) return std::nullopt;
    return read_certificate(rows);
}

std::optional<CertificateId> find_certificate(storage::Database& main, const crypto::Digest& fingerprint) {
    return read_id(main.query("SELECT id FROM certificate WHERE fingerprint = $1", fingerprint));
}

std::optional<CertificateId> find_certificate(storage::Database& main, std::string_view name) {
    return read_id(main.query("SELECT id FROM certificate WHERE name = $1", name));
}

Paged<CertificateRow> list_certificates(storage::Database& main, const Page& page) {
    std::vector<CertificateRow> all;
    auto rows = main.query(listed_certificates.of(page), page.edge(), page.rows());
    while (rows.next())
        all.push_back(read_certificate(rows));
    return page_of(std::move(all), page, [](const CertificateRow& row) { return row.id.value; });
}

std::vector<std::string_view> certificate_list_statements() {
    return both_ways({listed_certificates});
}

}  // namespace myqsec::spool::store
