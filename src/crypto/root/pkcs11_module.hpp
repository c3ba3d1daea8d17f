// A PKCS #11 module, loaded and initialised for as long as one call of ours needs it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "crypto/root/pkcs11_api.hpp"

namespace myqsec::crypto::pkcs11 {

/// One lives at a time in the process: whether a module is initialised, and who is logged in, are states of
/// the whole process, so that two users of ours would end each other's. A module that the host has
/// initialised stays so.
class Module {
 public:
    /// `path` is absolute: code from elsewhere than the administrator meant would see the root key.
    explicit Module(const std::string& path);
    ~Module();
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    const CK_FUNCTION_LIST* operator->() const { return functions_; }

 private:
    struct Close {
        void operator()(void* library) const noexcept;
    };
    std::unique_lock<std::mutex> alone_;
    std::unique_ptr<void, Close> library_;
    const CK_FUNCTION_LIST* functions_ = nullptr;
    bool ours_ = false;
};

/// Throws unless the function succeeded, with what the token said in the standard's words.
void check(CK_RV result, const char* what);
[[noreturn]] void fail_with(CK_RV result, const char* what);

}  // namespace myqsec::crypto::pkcs11
