// Botan's exceptions stop here: what leaves this folder is always an Error, with a sentence that holds no
// secret.
#pragma once

#include <exception>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include <botan/exceptn.h>

#include "base/error.hpp"

namespace myqsec::crypto {

/// Runs `operation`; an Error passes through, everything else becomes `status` saying that `what` failed.
/// Botan's own text is left out: it may quote its input.
template <typename Operation>
decltype(auto) guarded(Status status, std::string_view what, Operation&& operation) {
    try {
        return std::forward<Operation>(operation)();
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        fail(Status::ERR_OUT_OF_MEMORY, "{}: memory could not be allocated", what);
    } catch (const Botan::System_Error& error) {
        // The system refused: no more files may be opened, say. Its words quote nothing.
        fail(Status::ERR_IO, "{} failed: {}", what,
             std::error_code(error.error_code(), std::generic_category()).message());
    } catch (const std::exception&) {
        fail(status, "{} failed", what);
    }
}

/// For operations that only fail when this library or its build is broken.
template <typename Operation>
decltype(auto) guarded(std::string_view what, Operation&& operation) {
    return guarded(Status::ERR_INTERNAL, what, std::forward<Operation>(operation));
}

}  // namespace myqsec::crypto
