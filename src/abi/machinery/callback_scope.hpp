// Which callback of the host this thread is in: a call that may not be made from there gets ERR_REENTRANT,
// where it would otherwise wait for itself.
#pragma once

#include "base/id.hpp"

namespace myqsec::abi {

struct Engine;
struct Session;

/// Lives, on the stack, exactly as long as the host's function runs.
class CallbackScope {
 public:
    /// A callback that may call nothing.
    CallbackScope() noexcept;
    /// A sink: everything but the session and the job that is being released.
    CallbackScope(const Session& session, JobId job) noexcept;
    CallbackScope(const CallbackScope&) = delete;
    CallbackScope& operator=(const CallbackScope&) = delete;
    ~CallbackScope();

    /// The checks throw ERR_REENTRANT.
    static void check_calls_allowed();
    static void check_session(const Session& session);
    static void check_job(const Engine& engine, JobId job);

 private:
    const CallbackScope* outer_;
    const Session* session_ = nullptr;  ///< null: nothing may be called
    JobId job_;
};

}  // namespace myqsec::abi
