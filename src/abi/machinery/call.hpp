// Where exceptions stop: every exported function runs its work inside guard(), unless a callback of the host
// that may not call it has.
#pragma once

#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/process.hpp"
#include "myqsec/lockout.h"
#include "myqsec/status.h"

namespace myqsec::abi {

struct Engine;
struct Session;

/// Which callback of the host this thread is in: a call that may not be made from there gets ERR_REENTRANT,
/// where it would otherwise wait for itself. Lives, on the stack, exactly as long as the host's function
/// runs.
class CallbackScope {
 public:
    /// A callback that may call nothing.
    CallbackScope();
    /// A sink: everything but the session and the job that is being released.
    CallbackScope(const Session& session, JobId job);
    CallbackScope(const CallbackScope&) = delete;
    CallbackScope& operator=(const CallbackScope&) = delete;
    ~CallbackScope();

    /// Calls the host's function. Throws ERR_FORKED in a child that it forked: the parent goes on with the
    /// call.
    template <class Function, class... Arguments>
    [[nodiscard]] auto call(Function function, Arguments... arguments) const {
        const auto result = function(arguments...);
        process_.require("this call");
        return result;
    }

    /// The checks throw ERR_REENTRANT.
    static void check_calls_allowed();
    static void check_session(const Session& session);
    static void check_job(const Engine& engine, JobId job);

 private:
    const CallbackScope* outer_;
    const Session* session_ = nullptr;  ///< null: nothing may be called
    JobId job_;
    OwningProcess process_;
};

/// Turns the exception being handled into its status and this thread's last error. For catch blocks.
[[nodiscard]] myqsec_status report_exception() noexcept;

/// What this thread's last error knows of a refused login; all 0 if it was another one.
[[nodiscard]] const myqsec_login_refusal& last_refusal() noexcept;

/// This thread's last error, "" at first.
[[nodiscard]] const char* last_error() noexcept;

/// `work`, of which a child that was forked meanwhile learns one thing: that its parent goes on with it.
template <class Work>
void in_one_process(Work&& work) {
    const OwningProcess process;
    try {
        std::forward<Work>(work)();
    } catch (...) {
        process.require("this call");
        throw;
    }
    process.require("this call");
}

template <class Work>
myqsec_status guard(Work&& work) noexcept {
    try {
        CallbackScope::check_calls_allowed();
        in_one_process(std::forward<Work>(work));
        return MYQSEC_OK;
    } catch (...) {
        return report_exception();
    }
}

/// For the …_free functions, which cannot report: they have no effect where others fail.
template <class Work>
void guard_free(Work&& work) noexcept {
    try {
        std::forward<Work>(work)();
    } catch (...) {
        static_cast<void>(report_exception());
    }
}

}  // namespace myqsec::abi
