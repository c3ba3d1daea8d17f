// What a session handle stands for, and the frame in which all calls on sessions run.
#pragma once

#include "abi/machinery/arguments.hpp"
#include "abi/machinery/call.hpp"
#include "abi/machinery/engine.hpp"
#include "abi/machinery/handle.hpp"
#include "abi/machinery/list.hpp"

namespace myqsec::abi {

/// Threads share it: nothing of it changes.
struct Session {
    Session(Engine& of, const access::Principal& who) : engine(of), principal(who), child(of) {}

    Engine& engine;
    const access::Principal principal;
    Engine::Child child;
};

template <>
struct HandleType<myqsec_session> {
    using Object = Session;
    static constexpr auto kind = HandleKind::session;
    static constexpr const char* noun = "session";
};

inline myqsec_session* new_session(Engine& engine, const access::Principal& principal) {
    return new_handle<myqsec_session>(std::make_unique<Session>(engine, principal));
}

/// Drains a long outbox of the audit log after the call. A failure is ignored: the next call tries again.
class AuditMove {
 public:
    explicit AuditMove(Engine& engine) : engine_(engine) {}
    AuditMove(const AuditMove&) = delete;
    AuditMove& operator=(const AuditMove&) = delete;
    ~AuditMove();

 private:
    Engine& engine_;
};

/// Throws ERR_ACCESS_DENIED, ERR_SESSION_ENDED.
[[nodiscard]] inline Authorised authorise(Session& session, access::Right right) {
    return session.engine.access.authority.authorise(session.principal, right);
}

/// A job that is not being released to a sink that this thread is in.
[[nodiscard]] inline JobId job_of(const Session& session, std::int64_t job) {
    const auto out = id<JobId>(job, "job");
    CallbackScope::check_job(session.engine, out);
    return out;
}

/// `work` takes the Session&, also one that has ended.
template <class Work>
myqsec_status with_any_session(myqsec_session* handle, Work&& work) noexcept {
    return guard([&] {
        const HandleUse use(handle);
        auto& session = use.object();
        session.engine.check_process();
        CallbackScope::check_session(session);
        const AuditMove move_audit(session.engine);
        work(session);
    });
}

/// `work` takes the Session&. One that has ended is told so before anything else is looked at.
template <class Work>
myqsec_status with_limited_session(myqsec_session* handle, Work&& work) noexcept {
    return with_any_session(handle, [&](Session& session) {
        session.engine.access.sessions.require_alive(session.principal);
        work(session);
    });
}

/// The same, but for one that may do nothing but change its user's password.
template <class Work>
myqsec_status with_session(myqsec_session* handle, Work&& work) noexcept {
    return with_any_session(handle, [&](Session& session) {
        session.engine.access.sessions.require_alive(session.principal);
        session.engine.access.sessions.require_unlimited(session.principal);
        work(session);
    });
}

/// What somebody got through a session, and may use as long as that lives: a job's writer, its reader, a
/// release. Belongs to one thread at a time.
template <class What>
struct Held {
    Held(const Session& session, std::unique_ptr<What> held)
        : engine(session.engine), principal(session.principal), what(std::move(held)), child(engine) {}

    Engine& engine;
    const access::Principal principal;
    std::unique_ptr<What> what;
    Engine::Child child;
    bool over = false;  ///< finished or failed: it can only be freed

    /// Throws ERR_FORKED, ERR_SESSION_ENDED.
    void require_usable() const {
        engine.check_process();
        engine.access.sessions.require_alive(principal);
    }
};

}  // namespace myqsec::abi
