// A vault with its audit log, for tests of every layer that stores and records.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "audit/audit_log.hpp"
#include "base/error.hpp"
#include "base/status_of.hpp"
#include "storage/vault_fixture.hpp"

namespace myqsec::test {

/// `more` are main database schemas of the layers above audit.
class AuditFixture : public VaultFixture {
 public:
    explicit AuditFixture(const std::vector<storage::Schema>& more = {}) {
        std::vector<storage::Schema> schemas{audit::main_schema()};
        schemas.insert(schemas.end(), more.begin(), more.end());
        vault->migrate(schemas, std::array{audit::log_schema()});
        audit_ = std::make_unique<audit::AuditLog>(*vault);
    }
    virtual ~AuditFixture() = default;

    [[nodiscard]] audit::AuditLog& audit() { return *audit_; }

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

 private:
    std::unique_ptr<audit::AuditLog> audit_;
};

}  // namespace myqsec::test
