#include "abi/machinery/callback_scope.hpp"

#include "abi/machinery/session.hpp"
#include "base/error.hpp"

namespace myqsec::abi {

namespace {

thread_local const CallbackScope* innermost = nullptr;

}  // namespace

CallbackScope::CallbackScope() noexcept : outer_(innermost) {
    innermost = this;
}

CallbackScope::CallbackScope(const Session& session, JobId job) noexcept
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
