// Users and their credentials (myqsec/access.h).
#include "abi/machinery/session.hpp"
#include "myqsec/access.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

// What a password or PIN that is made here may need, with its NUL; asked for before anything is changed.
constexpr std::size_t password_room = 64;
constexpr std::size_t pin_room = 32;

constexpr Column user_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},
    {"user_name", MYQSEC_COLUMN_TEXT},
    {"full_name", MYQSEC_COLUMN_TEXT},
    {"email", MYQSEC_COLUMN_TEXT},
    {"language", MYQSEC_COLUMN_TEXT},
    {"notes", MYQSEC_COLUMN_TEXT},
    {"state", MYQSEC_COLUMN_TEXT},
    {"locked_until", MYQSEC_COLUMN_INSTANT},
    {"created", MYQSEC_COLUMN_INSTANT},
    {"has_password", MYQSEC_COLUMN_BOOLEAN},
    {"has_pin", MYQSEC_COLUMN_BOOLEAN},
    {"cards", MYQSEC_COLUMN_INTEGER},
    {"pin_use", MYQSEC_COLUMN_TEXT},
    {"password_use", MYQSEC_COLUMN_TEXT},
    {"password_changed", MYQSEC_COLUMN_INSTANT},
    {"must_change_password", MYQSEC_COLUMN_BOOLEAN},
};

void add_user(List& list, const access::User& user) {
    list.add(user.id, user.user_name, user.full_name, user.email, user.language, user.notes,
             access::user_state_name(user.state), user.locked_until, user.created, user.password.has_value(),
             user.pin.has_value(), user.cards, user.pin ? Cell(access::pin_use_name(*user.pin)) : Cell(),
             user.password ? Cell(access::password_use_name(*user.password)) : Cell(), user.password_changed,
             user.must_change_password);
}

std::optional<access::UserState> user_state(std::uint32_t value, const char* name) {
    if (value > 2) fail(Status::ERR_INVALID_ARGUMENT, "{} must be 0, 1 (active) or 2 (disabled)", name);
    if (value == 0) return std::nullopt;
    return static_cast<access::UserState>(value);
}

access::UserFields user_fields(const myqsec_user_fields* given) {
    const auto fields = read_struct(given, "fields");
    access::UserFields out;
    out.user_name = optional_string(fields.user_name, "fields.user_name");
    out.full_name = optional_string(fields.full_name, "fields.full_name");
    out.email = optional_string(fields.email, "fields.email");
    out.language = optional_string(fields.language, "fields.language");
    out.notes = optional_string(fields.notes, "fields.notes");
    out.state = user_state(fields.state, "fields.state");
    return out;
}

access::UserFilter user_filter(const myqsec_user_filter* given) {
    const auto filter = read_struct_or(given, MYQSEC_USER_FILTER_INIT, "filter");
    access::UserFilter out;
    out.state = user_state(filter.state, "filter.state");
    out.group = optional_id<GroupId>(filter.group, "filter.group");
    out.user_name = optional_string(filter.user_name, "filter.user_name");
    return out;
}

}  // namespace

myqsec_status myqsec_first_administrator(myqsec_session* system, const myqsec_user_fields* fields,
                                         int64_t* user, char* password, size_t* password_length) {
    return with_session(system, [&](Session& s) {
        auto& id = output(user, "user");
        const auto given = required(password_length, "password_length");
        required(password, "password");
        const auto user_fields_given = user_fields(fields);
        check_room(password, password_length, password_room, "password");
        auto administrator = s.engine.access.users.create_first_administrator(s.principal, user_fields_given);
        const Wiped wiped(administrator.password);
        *password_length = given;
        write_text(administrator.password, password, password_length, "password");
        id = administrator.user.value;
    });
}

myqsec_status myqsec_user_create(myqsec_session* session, const myqsec_user_fields* fields, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& user = output(out, "out");
        user = s.engine.access.users.create(s.principal, user_fields(fields)).value;
    });
}

myqsec_status myqsec_user_create_with_pin(myqsec_session* session, const myqsec_user_fields* fields,
                                          int64_t* out, char* pin, size_t* pin_length) {
    return with_session(session, [&](Session& s) {
        auto& user = output(out, "out");
        const auto given = required(pin_length, "pin_length");
        required(pin, "pin");
        const auto user_fields_given = user_fields(fields);
        check_room(pin, pin_length, pin_room, "pin");
        const auto made = s.engine.access.users.create_with_pin(s.principal, user_fields_given);
        *pin_length = given;
        write_text(as_text(made.pin.view()), pin, pin_length, "pin");
        user = made.user.value;
    });
}

myqsec_status myqsec_user_change(myqsec_session* session, int64_t user, const myqsec_user_fields* fields) {
    return with_session(session, [&](Session& s) {
        s.engine.access.users.change(s.principal, id<UserId>(user, "user"), user_fields(fields));
    });
}

// The spool takes the user's jobs along, in the same transaction.
myqsec_status myqsec_user_delete(myqsec_session* session, int64_t user) {
    return with_session(
        session, [&](Session& s) { s.engine.access.users.remove(s.principal, id<UserId>(user, "user")); });
}

myqsec_status myqsec_user_find(myqsec_session* session, const char* user_name, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& user = output(out, "out");
        user = s.engine.access.users.find(s.principal, text(user_name, "user_name")).value;
    });
}

myqsec_status myqsec_user_get(myqsec_session* session, int64_t user, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(user_columns);
        add_user(list, s.engine.access.users.get(s.principal, id<UserId>(user, "user")));
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_user_list(myqsec_session* session, const myqsec_user_filter* filter,
                               const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(user_columns);
        list.add_page(s.engine.access.users.list(s.principal, user_filter(filter), page_of(page)),
                      [&](const access::User& user) { add_user(list, user); });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_user_unlock(myqsec_session* session, int64_t user) {
    return with_session(
        session, [&](Session& s) { s.engine.access.users.unlock(s.principal, id<UserId>(user, "user")); });
}

myqsec_status myqsec_user_set_password(myqsec_session* session, int64_t user, const char* current,
                                       const char* password) {
    return with_limited_session(session, [&](Session& s) {
        s.engine.access.credentials.set_password(s.principal, id<UserId>(user, "user"),
                                                 optional_text(current, "current"),
                                                 text(password, "password"));
    });
}

myqsec_status myqsec_user_set_card_password(myqsec_session* session, int64_t user, const char* current,
                                            const char* password) {
    return with_limited_session(session, [&](Session& s) {
        s.engine.access.credentials.set_password(s.principal, id<UserId>(user, "user"),
                                                 optional_text(current, "current"),
                                                 text(password, "password"), access::PasswordUse::with_card);
    });
}

myqsec_status myqsec_user_expire_password(myqsec_session* session, int64_t user) {
    return with_session(session, [&](Session& s) {
        s.engine.access.credentials.expire_password(s.principal, id<UserId>(user, "user"));
    });
}

myqsec_status myqsec_user_generate_pin(myqsec_session* session, int64_t user, const char* current, char* pin,
                                       size_t* pin_length) {
    return with_session(session, [&](Session& s) {
        const auto given = required(pin_length, "pin_length");
        required(pin, "pin");
        const auto who = id<UserId>(user, "user");
        const auto known = optional_text(current, "current");
        check_room(pin, pin_length, pin_room, "pin");
        const auto generated = s.engine.access.credentials.generate_pin(s.principal, who, known);
        *pin_length = given;
        write_text(as_text(generated.view()), pin, pin_length, "pin");
    });
}

myqsec_status myqsec_user_set_pin(myqsec_session* session, int64_t user, const char* current,
                                  const char* pin) {
    return with_session(session, [&](Session& s) {
        s.engine.access.credentials.set_pin(s.principal, id<UserId>(user, "user"),
                                            optional_text(current, "current"), text(pin, "pin"));
    });
}

myqsec_status myqsec_user_remove_pin(myqsec_session* session, int64_t user, const char* current) {
    return with_session(session, [&](Session& s) {
        s.engine.access.credentials.remove_pin(s.principal, id<UserId>(user, "user"),
                                               optional_text(current, "current"));
    });
}
