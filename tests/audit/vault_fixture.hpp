// A vault in a temporary folder with its audit log, for tests of every layer that stores and records.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "audit/audit_log.hpp"
#include "base/error.hpp"
#include "base/manual_clock.hpp"
#include "base/status_of.hpp"
#include "base/temporary_folder.hpp"
#include "crypto/root/root_provider.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::test {

/// `more` are main database schemas of the layers above audit.
class VaultFixture {
 public:
    explicit VaultFixture(const std::vector<storage::Schema>& more = {})
        : root_(crypto::key_file_provider(
              crypto::Secret(as_bytes("a key file of the tests, 32 bytes or more")))) {
        const auto for_create = folder_.open();
        storage::Vault::create(*for_create, *root_);
        vault_ = std::make_unique<storage::Vault>(folder_.open(), *root_, clock);
        std::vector<storage::Schema> schemas{audit::main_schema()};
        schemas.insert(schemas.end(), more.begin(), more.end());
        vault_->migrate(schemas, std::array{audit::log_schema()});
        audit_ = std::make_unique<audit::AuditLog>(*vault_);
    }

    virtual ~VaultFixture() = default;

    [[nodiscard]] storage::Vault& vault() { return *vault_; }
    [[nodiscard]] audit::AuditLog& audit() { return *audit_; }
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

    /// Proof of "audit.read", from whom the layer under test gets it.
    [[nodiscard]] virtual Authorised auditor() = 0;
    /// All events so far.
    [[nodiscard]] std::vector<audit::StoredEvent> events() {
        return audit_->list(auditor(), {}, {.limit = 100'000});
    }
    [[nodiscard]] std::size_t count(audit::Action action) {
        std::size_t found = 0;
        for (const auto& event : events())
            found += event.action == action ? 1 : 0;
        return found;
    }

    ManualClock clock;

 private:
    TemporaryFolder folder_;
    std::unique_ptr<crypto::RootProvider> root_;
    std::unique_ptr<storage::Vault> vault_;
    std::unique_ptr<audit::AuditLog> audit_;
};

}  // namespace myqsec::test
