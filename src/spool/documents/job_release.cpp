#include "spool/documents/job_release.hpp"

#include <algorithm>
#include <utility>

#include "crypto/protected_buffer.hpp"
#include "spool/documents/release_claim.hpp"

namespace myqsec::spool {

namespace {

/// What has come out of the last stage and was not fetched yet.
class Outlet final : public ByteSink {
 public:
    void write(ByteView bytes) override {
        if (waiting().size() + bytes.size() > buffer_.size()) {
            crypto::ProtectedBuffer larger(waiting().size() + bytes.size());
            std::ranges::copy(waiting(), larger.span().begin());
            buffer_ = std::move(larger);
        } else {
            std::ranges::copy(waiting(), buffer_.span().begin());
        }
        end_ -= std::exchange(fetched_, 0);
        std::ranges::copy(bytes, buffer_.span().begin() + static_cast<std::ptrdiff_t>(end_));
        end_ += bytes.size();
    }
    void finish() override { complete_ = true; }

    [[nodiscard]] ByteView waiting() const { return buffer_.view().first(end_).subspan(fetched_); }
    [[nodiscard]] bool complete() const { return complete_; }
    std::size_t fetch(ByteSpan into) {
        const auto part = waiting().first(std::min(into.size(), waiting().size()));
        std::ranges::copy(part, into.begin());
        fetched_ += part.size();
        return part.size();
    }

 private:
    crypto::ProtectedBuffer buffer_;
    std::size_t fetched_ = 0;
    std::size_t end_ = 0;
    bool complete_ = false;
};

}  // namespace

class JobRelease::Pull final : public Puller {
    /// Whatever is thrown undoes the release.
    template <class Work>
    auto step(Work&& work) {
        if (claim_ == nullptr) {
            context_.touch(principal_);
            fail(Status::ERR_NOT_POSSIBLE, "this release is over; begin another");
        }
        try {
            return work();
        } catch (const std::exception& failure) {
            drop([&](ReleaseClaim& claim) { claim.failed(status_of(failure)); });
            throw;
        }
    }

    /// Settles it as one that was not fetched to its end.
    template <class Settle>
    void drop(Settle&& settle) {
        const auto claim = std::move(claim_);
        claim->not_fetched(outlet_.waiting().size());
        end();
        settle(*claim);
    }

    /// Nothing of the document stays in memory.
    void end() noexcept {
        claim_.reset();
        outlet_ = {};
        chunk_ = {};
    }

    /// False at the end of what there is to fetch.
    bool fill() {
        while (outlet_.waiting().empty() && !outlet_.complete()) {
            const auto size = claim_->document().read_at(position_, chunk_.span());
            position_ += size;
            if (size > 0) stages_.first().write(chunk_.view().first(size));
            if (position_ == claim_->document().size()) stages_.first().finish();
        }
        return !outlet_.waiting().empty();
    }

 public:
    Pull(const Context& context, Outputs& outputs, const access::Principal& principal, JobId job,
         const ReleaseOptions& options)
        : context_(context),
          principal_(principal),
          claim_(std::make_unique<ReleaseClaim>(context, outputs, principal, job, options)),
          stages_(claim_->stages_to(outlet_)) {}

    void stop_through(const std::shared_ptr<Pull>& self) { claim_->output().pulled_by(self); }

    void require_live() {
        const std::lock_guard lock(turn_);
        step([&] { claim_->require_live(); });
    }

    std::string attributes() {
        const std::lock_guard lock(turn_);
        return step([&] {
            claim_->require_live();
            return claim_->attributes();
        });
    }

    std::size_t read(ByteSpan into) {
        const std::lock_guard lock(turn_);
        return step([&] {
            claim_->require_live();  // also for what has passed the stages already
            std::size_t done = 0;
            while (done < into.size() && fill())
                done += outlet_.fetch(into.subspan(done));
            return done;
        });
    }

    void finish() {
        const std::lock_guard lock(turn_);
        step([&] {
            claim_->require_live();
            if (fill())
                fail(Status::ERR_NOT_POSSIBLE, "the document was not read to its end: it is held again");
        });
        const auto claim = std::move(claim_);
        end();
        claim->printed();
    }

    void abort() {
        const std::lock_guard lock(turn_);
        if (claim_ == nullptr) return;
        drop([](ReleaseClaim& claim) { claim.abandoned(); });
    }

    void undo() noexcept override {
        const std::lock_guard lock(turn_);
        if (claim_ == nullptr) return;
        drop([](ReleaseClaim& claim) { claim.failed(Status::ERR_SESSION_ENDED); });
    }

 private:
    const Context& context_;
    const access::Principal principal_;
    RankedMutex<std::mutex> turn_{LockRank::release};  // of what follows
    std::unique_ptr<ReleaseClaim> claim_;              ///< none once it is settled
    Outlet outlet_;
    Stages stages_;
    crypto::Secret chunk_{crypto::container_chunk};
    std::uint64_t position_ = 0;
};

JobRelease::JobRelease(std::shared_ptr<Pull> pull) : pull_(std::move(pull)) {}

JobRelease::~JobRelease() {
    try {
        pull_->abort();
    } catch (const std::exception&) {
        // The next tick settles it.
    }
}

void JobRelease::require_live() {
    pull_->require_live();
}

std::string JobRelease::attributes() {
    return pull_->attributes();
}

std::size_t JobRelease::read(ByteSpan into) {
    return pull_->read(into);
}

void JobRelease::finish() {
    pull_->finish();
}

void JobRelease::abort() {
    pull_->abort();
}

std::unique_ptr<JobRelease> begin_release(const Context& context, Outputs& outputs,
                                          const access::Principal& principal, JobId job,
                                          const ReleaseOptions& options) {
    const auto pull = std::make_shared<JobRelease::Pull>(context, outputs, principal, job, options);
    pull->stop_through(pull);
    return std::make_unique<JobRelease>(pull);
}

}  // namespace myqsec::spool
