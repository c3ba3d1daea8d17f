// The host's read and write functions, as the layers below take them.
#pragma once

#include <functional>

#include "abi/machinery/call.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "myqsec/container.h"

namespace myqsec::abi {

/// What it returns throws ERR_CALLBACK where the host's function fails. It may call nothing.
[[nodiscard]] inline std::function<void(ByteView)> writing(myqsec_write_function function, void* context) {
    return [=](ByteView bytes) {
        const CallbackScope scope;
        const int failed = scope.call(function, context, bytes.data(), bytes.size());
        if (failed != 0) fail(Status::ERR_CALLBACK, "the host's write function returned {}", failed);
    };
}

/// The same; how many bytes came, 0 at the end.
[[nodiscard]] inline std::function<std::size_t(ByteSpan)> reading(myqsec_read_function function,
                                                                  void* context) {
    return [=](ByteSpan into) {
        const CallbackScope scope;
        std::size_t size = into.size();
        const int failed = scope.call(function, context, into.data(), &size);
        if (failed != 0) fail(Status::ERR_CALLBACK, "the host's read function returned {}", failed);
        if (size > into.size())
            fail(Status::ERR_CALLBACK, "the host's read function returned more than there was room for");
        return size;
    };
}

}  // namespace myqsec::abi
