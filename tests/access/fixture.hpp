// An instance in a temporary folder with an administrator and a user, for tests of access and all layers
// above. Keys come from a key file and password checks cost 1 MiB, so that a fixture takes milliseconds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "audit/audit_fixture.hpp"
#include "settings/settings.hpp"

namespace myqsec::test {

inline const std::string ada_password = "correct pony fuel cell";

/// Vault, audit log and settings. `more` are main database schemas of upper layers.
class InstanceFixture : public AuditFixture {
 public:
    explicit InstanceFixture(const std::vector<storage::Schema>& more = {})
        : AuditFixture(with_access(more)) {
        // Before there is an administrator nobody may change settings: the cheap KDF goes straight into the
        // table.
        vault->main().run("INSERT INTO setting (name, value, changed) VALUES ('kdf.memory_kib', '1024', 0)");
        vault->main().run("INSERT INTO setting (name, value, changed) VALUES ('kdf.iterations', '1', 0)");
        settings_ = std::make_unique<settings::Settings>(*vault, audit());
    }

    [[nodiscard]] settings::Settings& settings() { return *settings_; }

 private:
    static std::vector<storage::Schema> with_access(const std::vector<storage::Schema>& more) {
        std::vector<storage::Schema> schemas{settings::schema(), access::schema()};
        schemas.insert(schemas.end(), more.begin(), more.end());
        return schemas;
    }
    std::unique_ptr<settings::Settings> settings_;
};

/// That, with people: the administrator "root" in a session, and the user "ada" with password, PIN and card.
class AccessFixture : public InstanceFixture {
 public:
    explicit AccessFixture(const std::vector<storage::Schema>& more = {})
        : InstanceFixture(more), access(*vault, audit(), settings()) {
        access::UserFields fields;
        fields.user_name = "root";
        const auto first = access.users.create_first_administrator(system, fields);
        administrator = first.user;
        administrator_password = first.password;
        root = log_in(administrator);
        auditor_ = access.authority.authorise(root, access::Right::audit_read);
        fields.user_name = "Ada";
        fields.full_name = "Ada Lovelace";
        fields.email = "ada@example.org";
        ada = access.users.create(root, fields);
        access.credentials.set_password(root, ada, std::nullopt, ada_password);
        ada_pin = as_text(access.credentials.generate_pin(root, ada).view());
        ada_card = access.credentials.add_card(root, ada, "04A2B3C4D5", "badge", std::nullopt);
    }

    /// A session without the ceremony of a login.
    access::Principal log_in(UserId user) { return access.sessions.open_user_session(host_proof(), user); }
    access::Principal log_in_at(UserId user, DeviceId device) {
        return access.sessions.open_device_session(host_proof(), user, device);
    }
    UserId add_user(const std::string& name) {
        access::UserFields fields;
        fields.user_name = name;
        return access.users.create(root, fields);
    }
    void set(std::string_view name, std::string_view value) {
        const auto area = settings::find_definition(name)->area;
        settings().set(access.authority.authorise(root, access::right_to_change(area)), name, value);
    }
    /// Also when nobody is logged in.
    [[nodiscard]] Authorised auditor() override { return *auditor_; }
    [[nodiscard]] Authorised host_proof() {
        return access.authority.authorise(system, access::Right::session_host);
    }

    access::Access access;
    const access::Principal system = access::Principal::system();
    UserId administrator;
    std::string administrator_password;
    access::Principal root;  ///< the administrator's session
    UserId ada;
    std::string ada_pin;
    CardId ada_card;

 private:
    std::optional<Authorised> auditor_;
};

}  // namespace myqsec::test
