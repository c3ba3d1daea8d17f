// myqsec/device.h.
#include "abi/machinery/session.hpp"
#include "myqsec/device.h"

using namespace myqsec;
using namespace myqsec::abi;

static_assert(MYQSEC_METHOD_CARD == access::method_card && MYQSEC_METHOD_PIN == access::method_pin &&
              MYQSEC_METHOD_NAME_PIN == access::method_name_pin &&
              MYQSEC_METHOD_NAME_PASSWORD == access::method_name_password &&
              MYQSEC_METHOD_CARD_PIN == access::method_card_pin &&
              MYQSEC_METHOD_CARD_PASSWORD == access::method_card_password);

namespace {

constexpr Column device_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},
    {"name", MYQSEC_COLUMN_TEXT},
    {"model", MYQSEC_COLUMN_TEXT},
    {"serial", MYQSEC_COLUMN_TEXT},
    {"mac", MYQSEC_COLUMN_TEXT},
    {"address", MYQSEC_COLUMN_TEXT},
    {"location", MYQSEC_COLUMN_TEXT},
    {"methods", MYQSEC_COLUMN_INTEGER},
    {"idle_timeout", MYQSEC_COLUMN_DURATION},
    {"enabled", MYQSEC_COLUMN_BOOLEAN},
    {"session_user", MYQSEC_COLUMN_INTEGER},
    {"clear_pending", MYQSEC_COLUMN_BOOLEAN},
    {"card_transform", MYQSEC_COLUMN_TEXT},
    {"self_registration", MYQSEC_COLUMN_BOOLEAN},
};

device::DeviceFields device_fields(const myqsec_device_fields* given) {
    const auto fields = read_struct(given, "fields");
    check_reserved(fields.reserved == 0 && fields.reserved2 == 0, "fields");
    device::DeviceFields out;
    out.name = optional_string(fields.name, "fields.name");
    out.model = optional_string(fields.model, "fields.model");
    out.serial = optional_string(fields.serial, "fields.serial");
    out.mac = optional_string(fields.mac, "fields.mac");
    out.address = optional_string(fields.address, "fields.address");
    out.location = optional_string(fields.location, "fields.location");
    if (const auto methods = optional_amount(fields.methods, "fields.methods")) {
        if (*methods > access::all_methods)
            fail(Status::ERR_INVALID_ARGUMENT, "fields.methods has unknown bits");
        out.methods = static_cast<access::Methods>(*methods);
    }
    out.idle_timeout = optional_duration(fields.idle_timeout, "fields.idle_timeout");
    out.enabled = optional_flag(fields.enabled, "fields.enabled");
    out.card_transform = optional_string(fields.card_transform, "fields.card_transform");
    out.self_registration = optional_flag(fields.self_registration, "fields.self_registration");
    return out;
}

device::DeviceCallbacks device_callbacks(const myqsec_device_callbacks* given) {
    const auto callbacks = read_struct(given, "callbacks");
    check_reserved(callbacks.reserved == 0, "callbacks");
    if (!callbacks.clear_memory) fail_null("callbacks.clear_memory");
    return {[callbacks](DeviceId device) {
        const CallbackScope scope;
        return scope.call(callbacks.clear_memory, callbacks.context, device.value) == 0;
    }};
}

device::Credentials credentials_of(const myqsec_credentials* given) {
    const auto credentials = read_struct(given, "credentials");
    check_reserved(credentials.reserved == 0, "credentials");
    device::Credentials out;
    out.card = raw_text(credentials.card);
    out.user_name = text_or_empty(credentials.user_name, "credentials.user_name");
    out.pin = text_or_empty(credentials.pin, "credentials.pin");
    out.password = text_or_empty(credentials.password, "credentials.password");
    return out;
}

}  // namespace

myqsec_status myqsec_device_create(myqsec_session* session, const myqsec_device_fields* fields,
                                   int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& device = output(out, "out");
        device = s.engine.devices.create(s.principal, device_fields(fields)).value;
    });
}

myqsec_status myqsec_device_change(myqsec_session* session, int64_t device,
                                   const myqsec_device_fields* fields) {
    return with_session(session, [&](Session& s) {
        s.engine.devices.change(s.principal, id<DeviceId>(device, "device"), device_fields(fields));
    });
}

myqsec_status myqsec_device_delete(myqsec_session* session, int64_t device) {
    return with_session(
        session, [&](Session& s) { s.engine.devices.remove(s.principal, id<DeviceId>(device, "device")); });
}

myqsec_status myqsec_device_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(device_columns);
        list.add_page(s.engine.devices.list(s.principal, page_of(page)), [&](const device::Device& device) {
            list.add(device.id, device.name, device.model, device.serial, device.mac, device.address,
                     device.location, std::int64_t{device.methods}, device.idle_timeout, device.enabled,
                     device.session_user, device.clear_pending, device.card_transform,
                     device.self_registration);
        });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_device_find(myqsec_session* session, const char* name, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& device = output(out, "out");
        device = s.engine.devices.find(s.principal, text(name, "name")).value;
    });
}

myqsec_status myqsec_device_attach(myqsec_session* session, int64_t device,
                                   const myqsec_device_callbacks* callbacks) {
    return with_session(session, [&](Session& s) {
        s.engine.devices.attach(s.principal, id<DeviceId>(device, "device"), device_callbacks(callbacks));
    });
}

myqsec_status myqsec_device_clear(myqsec_session* session, int64_t device) {
    return with_session(
        session, [&](Session& s) { s.engine.devices.clear(s.principal, id<DeviceId>(device, "device")); });
}

myqsec_status myqsec_device_login(myqsec_session* system, int64_t device,
                                  const myqsec_credentials* credentials, myqsec_session** out) {
    return with_session(system, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto presented = credentials_of(credentials);
        const auto principal = s.engine.devices.login(s.principal, id<DeviceId>(device, "device"), presented);
        try {
            handle = new_session(s.engine, principal);
        } catch (...) {  // a session nobody holds must not stay open
            s.engine.devices.logout(principal, access::EndReason::closed);
            throw;
        }
    });
}
