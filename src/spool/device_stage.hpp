// The last stage of a release: asks before every write whether the output may go on, and tells the sink's
// failures from ours.
#pragma once

#include "spool/context.hpp"
#include "spool/outputs.hpp"
#include "spool/release_sink.hpp"

namespace myqsec::spool {

class DeviceStage final : public ByteSink {
 public:
    DeviceStage(const Context& context, const access::Principal& principal, const Outputs::Output& output,
                ReleaseSink& sink)
        : context_(context), principal_(principal), output_(output), sink_(sink) {}

    void write(ByteView bytes) override;
    void finish() override;

    /// Tells the sink to discard what came, unless it was asked to finish already.
    void abort() noexcept;

 private:
    void require_live() const;

    const Context& context_;
    const access::Principal& principal_;
    const Outputs::Output& output_;
    ReleaseSink& sink_;
    bool finishing_ = false;
};

}  // namespace myqsec::spool
