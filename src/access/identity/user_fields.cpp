#include "access/identity/user_fields.hpp"

#include "access/identity/names.hpp"
#include "access/identity/profiles.hpp"
#include "storage/keys/personal_field.hpp"

namespace myqsec::access {

namespace {

struct Field {
    std::string_view name;
    std::optional<std::string> UserFields::*given;
    std::string User::*plain;
    Bytes store::UserRecord::*sealed;
    std::size_t limit;
};

constexpr Field fields_table[] = {
    {"user_name", &UserFields::user_name, &User::user_name, &store::UserRecord::user_name, max_name},
    {"full_name", &UserFields::full_name, &User::full_name, &store::UserRecord::full_name, max_name},
    {"email", &UserFields::email, &User::email, &store::UserRecord::email, max_name},
    {"language", &UserFields::language, &User::language, &store::UserRecord::language, max_name},
    {"notes", &UserFields::notes, &User::notes, &store::UserRecord::notes, max_notes},
};

/// Names the place of a sealed value. By the person's key and not the row: the key exists first.
std::string place_of(const Field& field, LeafId person) {
    return fmt::format("user.{}:{}", field.name, person.value);
}

std::string open(const Field& field, const store::UserRecord& record, storage::PersonalFields& fields) {
    return fields.open(place_of(field, record.person), record.*field.sealed);
}

}  // namespace

UserFields prepared_fields(const UserFields& given) {
    auto fields = given;
    for (const auto& field : fields_table) {
        auto& text = fields.*field.given;
        if (!text) continue;
        *text = field.given == &UserFields::user_name
                    ? prepared_user_name(*text)
                    : prepared_text(fmt::format("the field {}", field.name), *text, field.limit);
    }
    return fields;
}

User open_user(const store::UserRecord& record, const crypto::Secret& person_key) {
    storage::PersonalFields fields(person_key);
    User user;
    user.id = record.id;
    user.state = record.state;
    for (const auto& field : fields_table)
        user.*field.plain = open(field, record, fields);
    user.created = record.created;
    user.person = record.person;
    user.pseudonym = record.pseudonym;
    user.password = record.password;
    user.pin = record.pin;
    user.cards = record.cards;
    user.password_changed = record.password_changed;
    user.must_change_password = record.must_change_password;
    return user;
}

std::string open_user_name(const store::UserRecord& record, const crypto::Secret& person_key) {
    storage::PersonalFields fields(person_key);
    return open(fields_table[0], record, fields);
}

FieldChanges apply_fields(store::UserRecord& record, const UserFields& fields, storage::Vault& vault,
                          const crypto::Secret& person_key) {
    FieldChanges out;
    storage::PersonalFields present(person_key);
    for (const auto& field : fields_table) {
        const auto& given = fields.*field.given;
        if (!given) continue;
        const auto before = open(field, record, present);
        if (before == *given) continue;
        record.*field.sealed = storage::seal_field(person_key, place_of(field, record.person), *given);
        if (!before.empty())
            out.personal.push_back({record.person, fmt::format("old.{}", field.name), before});
        out.personal.push_back({record.person, std::string(field.name), *given});
    }
    if (fields.user_name) {
        record.name = lookup_hash(vault, lookup_domain::user_name, fold_user_name(*fields.user_name));
    }
    if (fields.state && *fields.state != record.state) {
        out.changes.push_back({"state", std::string(user_state_name(record.state)),
                               std::string(user_state_name(*fields.state))});
        record.state = *fields.state;
    }
    return out;
}

}  // namespace myqsec::access
