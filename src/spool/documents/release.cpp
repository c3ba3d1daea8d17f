#include "spool/documents/release.hpp"

#include "spool/documents/release_claim.hpp"

namespace myqsec::spool {

namespace {

/// Whatever comes out of a sink is the device's failure, whichever way it was thrown.
template <typename Call>
void hand_over(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        if (error.status() == Status::ERR_CALLBACK) throw;
        fail(Status::ERR_CALLBACK, "the device did not take the document: {}", error.what());
    } catch (...) {
        fail(Status::ERR_CALLBACK, "the device did not take the document");
    }
}

/// The last stage: tells the sink's failures from ours.
class DeviceStage final : public ByteSink {
 public:
    explicit DeviceStage(ReleaseSink& sink) : sink_(sink) {}

    void write(ByteView bytes) override {
        hand_over([&] { sink_.write(bytes); });
    }
    void finish() override {
        finishing_ = true;
        hand_over([&] { sink_.finish(); });
    }
    /// Tells the sink to discard what came, unless it was asked to finish already.
    void abort() noexcept {
        if (!finishing_) sink_.abort();
    }

 private:
    ReleaseSink& sink_;
    bool finishing_ = false;
};

}  // namespace

void release_job(const Context& context, Outputs& outputs, const access::Principal& principal, JobId job,
                 const ReleaseOptions& options, ReleaseSink& sink) {
    ReleaseClaim claim(context, outputs, principal, job, options);
    // A printer out of paper blocks its sink: whoever stands there and waits is not gone.
    const access::Sessions::AtWork at_work(context.access.sessions, principal);
    DeviceStage device(sink);
    auto stages = claim.stages_to(device);
    try {
        claim.document().copy_to(stages.first());
    } catch (const std::exception& failure) {
        device.abort();
        claim.failed(status_of(failure));
        throw;
    }
    claim.printed();
}

}  // namespace myqsec::spool
