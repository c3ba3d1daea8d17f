#include "spool/device_stage.hpp"

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

}  // namespace

void DeviceStage::write(ByteView bytes) {
    require_live();
    hand_over([&] { sink_.write(bytes); });
}

void DeviceStage::finish() {
    require_live();
    finishing_ = true;
    hand_over([&] { sink_.finish(); });
}

void DeviceStage::abort() noexcept {
    if (!finishing_) sink_.abort();
}

void DeviceStage::require_live() const {
    output_.check();
    context_.touch(principal_);
}

}  // namespace myqsec::spool
