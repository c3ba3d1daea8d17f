// A connection to a TPM and what is loaded in it: flushed and closed when it goes. Only built with
// MYQSEC_WITH_TPM.
#pragma once

#include <cstdint>
#include <string>

#include <tss2/tss2_esys.h>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto::tpm {

/// Throws unless the response code is success, with a status and sentence for those that a person can do
/// something about.
void check(TSS2_RC result, const char* what);

class Context {
 public:
    explicit Context(const std::string& tcti);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    [[nodiscard]] ESYS_CONTEXT* get() const { return esys_; }

 private:
    TSS2_TCTI_CONTEXT* tcti_ = nullptr;
    ESYS_CONTEXT* esys_ = nullptr;
};

/// A key, object or session. A TPM has room for three or so: each is flushed at once when it is not needed.
class Loaded {
 public:
    Loaded(const Context& context, ESYS_TR handle) : context_(context), handle_(handle) {}
    ~Loaded() { Esys_FlushContext(context_.get(), handle_); }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
    [[nodiscard]] ESYS_TR get() const { return handle_; }

 private:
    const Context& context_;
    ESYS_TR handle_;
};

/// The storage primary key of the owner hierarchy, made anew from its seed: the same one until the TPM is
/// cleared.
[[nodiscard]] ESYS_TR storage_primary(const Context& context);
/// The TPM's name of a loaded object: a hash of its public area.
[[nodiscard]] Bytes name_of(const Context& context, ESYS_TR object);

/// A session salted to `primary`, so that who listens on the bus knows none of its keys. `encrypt` is
/// TPMA_SESSION_DECRYPT for secrets that go to the TPM, TPMA_SESSION_ENCRYPT for those that come from it.
[[nodiscard]] ESYS_TR start_session(const Context& context, ESYS_TR primary, TPM2_SE type,
                                    TPMA_SESSION encrypt);

/// What must hold for the key to be given out, told to a policy session.
struct Policy {
    std::uint32_t pcrs = 0;
    bool authorisation = false;

    void apply(const Context& context, ESYS_TR session) const;
    [[nodiscard]] TPM2B_DIGEST digest(const Context& context, ESYS_TR primary) const;
};

}  // namespace myqsec::crypto::tpm
