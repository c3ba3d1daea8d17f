// Where exceptions stop: every exported function runs its work inside guard().
#pragma once

#include <exception>
#include <utility>

#include "abi/machinery/callback_scope.hpp"
#include "base/error.hpp"
#include "myqsec/status.h"

namespace myqsec::abi {

/// Turns the exception being handled into its status and this thread's last error. For catch blocks.
[[nodiscard]] myqsec_status report_exception() noexcept;

/// This thread's last error, "" at first.
[[nodiscard]] const char* last_error() noexcept;

template <class Work>
myqsec_status guard(Work&& work) noexcept {
    try {
        CallbackScope::check_calls_allowed();
        std::forward<Work>(work)();
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
