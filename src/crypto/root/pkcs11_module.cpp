#include "crypto/root/pkcs11_module.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include "base/error.hpp"

namespace myqsec::crypto::pkcs11 {

namespace {

std::mutex one_at_a_time;

/// A forked child has none of the threads that could give the lock back.
void free_lock_after_fork() {
    static const int failed = ::pthread_atfork(nullptr, nullptr, [] { std::construct_at(&one_at_a_time); });
    if (failed != 0) fail_errno(failed, "registering a fork handler for", "PKCS #11");
}

std::string result_name(CK_RV result) {
    switch (result) {
        case CKR_HOST_MEMORY:
            return "CKR_HOST_MEMORY";
        case CKR_DEVICE_ERROR:
            return "CKR_DEVICE_ERROR";
        case CKR_DEVICE_REMOVED:
            return "CKR_DEVICE_REMOVED";
        case CKR_MECHANISM_INVALID:
            return "CKR_MECHANISM_INVALID";
        case CKR_PIN_LEN_RANGE:
            return "CKR_PIN_LEN_RANGE";
        case CKR_PIN_EXPIRED:
            return "CKR_PIN_EXPIRED";
        case CKR_TOKEN_NOT_PRESENT:
            return "CKR_TOKEN_NOT_PRESENT";
        default:
            return fmt::format("result {:#x}", result);
    }
}

}  // namespace

void fail_with(CK_RV result, const char* what) {
    const Status status = result == CKR_HOST_MEMORY ? Status::ERR_OUT_OF_MEMORY : Status::ERR_IO;
    fail(status, "{} failed: the PKCS #11 module answered {}", what, result_name(result));
}

void check(CK_RV result, const char* what) {
    if (result != CKR_OK) fail_with(result, what);
}

void Module::Close::operator()(void* library) const noexcept {
    ::dlclose(library);
}

Module::Module(const std::string& path) {
    if (path.empty() || path.front() != '/') {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the PKCS #11 module must be named by its whole path, such as /usr/lib/softhsm/libsofthsm2.so");
    }
    if (::access(path.c_str(), F_OK) != 0) {
        fail(Status::ERR_NOT_FOUND, "there is no PKCS #11 module '{}'; check the path, or install it", path);
    }
    free_lock_after_fork();
    alone_ = std::unique_lock(one_at_a_time);
    // Its code stays in memory: modules leave threads and exit handlers behind.
    library_.reset(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE));
    if (!library_) {
        const char* reason = ::dlerror();
        fail(Status::ERR_NOT_POSSIBLE, "the PKCS #11 module cannot be loaded: {}", reason ? reason : path);
    }
    using GetFunctionList = CK_RV (*)(const CK_FUNCTION_LIST**);
    const auto get = reinterpret_cast<GetFunctionList>(::dlsym(library_.get(), "C_GetFunctionList"));
    if (get == nullptr) fail(Status::ERR_NOT_POSSIBLE, "'{}' is a library, but no PKCS #11 module", path);
    check(get(&functions_), "C_GetFunctionList");
    if (functions_ == nullptr || functions_->version.major < 2) {
        fail(Status::ERR_NOT_POSSIBLE, "'{}' is a PKCS #11 module of a version before 2", path);
    }
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV result = functions_->C_Initialize(&arguments);
    if (result != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        check(result, "initialising the PKCS #11 module");
        ours_ = true;
    }
}

Module::~Module() {
    if (ours_) functions_->C_Finalize(nullptr);
}

}  // namespace myqsec::crypto::pkcs11
