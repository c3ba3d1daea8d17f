#include "abi/machinery/call.hpp"

#include <array>
#include <cstring>
#include <new>
#include <string_view>

#include "abi/machinery/session.hpp"
#include "access/identity/lockout.hpp"
#include "base/error.hpp"

namespace myqsec::abi {

namespace {

// A fixed place: keeping a message can't fail, and nothing of it has to be destroyed when a thread or the
// library ends.
thread_local std::array<char, 1024> message{};
thread_local myqsec_login_refusal refusal = MYQSEC_LOGIN_REFUSAL_INIT;

void keep(std::string_view sentence) noexcept {
    auto size = std::min(sentence.size(), message.size() - 1);
    if (size < sentence.size()) {
        while (size > 0 && (static_cast<unsigned char>(sentence[size]) & 0xC0) == 0x80)
            --size;  // whole characters
    }
    std::memmove(message.data(), sentence.data(), size);
    message[size] = '\0';
}

}  // namespace

const myqsec_login_refusal& last_refusal() noexcept {
    return refusal;
}

const char* last_error() noexcept {
    return message.data();
}

myqsec_status report_exception() noexcept {
    refusal = MYQSEC_LOGIN_REFUSAL_INIT;
    try {
        throw;  // cppcheck-suppress rethrowNoCurrentException  // it is called in a handler
    } catch (const access::LoginRefused& error) {
        keep(error.what());
        refusal.scope = static_cast<std::uint32_t>(error.scope);
        refusal.until = error.until ? to_milliseconds(*error.until) : 0;
        refusal.methods = error.methods;
        return static_cast<myqsec_status>(error.status());
    } catch (const Error& error) {
        keep(error.what());
        return static_cast<myqsec_status>(error.status());
    } catch (const std::bad_alloc&) {
        keep("memory could not be allocated; free some and try again");
        return MYQSEC_ERR_OUT_OF_MEMORY;
    } catch (...) {
        // What it says is not repeated: only our own sentences are known to hold nothing secret or personal.
        keep("an unexpected exception inside the library; please report it");
        return MYQSEC_ERR_INTERNAL;
    }
}

namespace {

thread_local const CallbackScope* innermost = nullptr;

}  // namespace

CallbackScope::CallbackScope() : outer_(innermost) {
    innermost = this;
}

CallbackScope::CallbackScope(const Session& session, JobId job)
    : outer_(innermost), session_(&session), job_(job) {
    innermost = this;
}

CallbackScope::~CallbackScope() {
    innermost = outer_;
}

void CallbackScope::check_calls_allowed() {
    for (const auto* scope = innermost; scope; scope = scope->outer_) {
        if (!scope->session_)
            fail(Status::ERR_REENTRANT, "this callback may not call the library; return from it first");
    }
}

void CallbackScope::check_session(const Session& session) {
    for (const auto* scope = innermost; scope; scope = scope->outer_) {
        if (scope->session_ == &session) {
            fail(Status::ERR_REENTRANT,
                 "a sink may not use the session that is releasing to it; use another session or return "
                 "first");
        }
    }
}

void CallbackScope::check_job(const Engine& engine, JobId job) {
    for (const auto* scope = innermost; scope; scope = scope->outer_) {
        if (scope->session_ && &scope->session_->engine == &engine && scope->job_ == job) {
            fail(Status::ERR_REENTRANT,
                 "a sink may not use the job that is being released to it; return first");
        }
    }
}

}  // namespace myqsec::abi
