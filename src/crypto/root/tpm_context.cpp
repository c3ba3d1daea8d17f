#ifdef MYQSEC_WITH_TPM

#include "crypto/root/tpm_context.hpp"

#include <memory>

#include <tss2/tss2_tctildr.h>

#include "base/error.hpp"

namespace myqsec::crypto::tpm {

namespace {

constexpr TSS2_RC layer_mask = 0x00ff0000;

/// The error of a TPM's own response, without the number of the parameter, handle or session it is about
/// (part 2, §6.6.2).
TPM2_RC error_of(TSS2_RC result) {
    if ((result & layer_mask) != 0 && (result & layer_mask) != TSS2_RESMGR_TPM_RC_LAYER) return 0;
    const TPM2_RC code = result & ~layer_mask;
    return (code & TPM2_RC_FMT1) != 0 ? code & (TPM2_RC_FMT1 | 0x3f) : code;
}

template <typename T>
struct EsysFree {
    void operator()(T* memory) const { Esys_Free(memory); }
};

TPM2B_PUBLIC storage_template() {
    // The TCG's template of an ECC storage key (EK credential profile, template H-2's parameters with the
    // storage attributes).
    TPM2B_PUBLIC out{};
    TPMT_PUBLIC& area = out.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED |
                            TPMA_OBJECT_DECRYPT;
    area.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_AES;
    area.parameters.eccDetail.symmetric.keyBits.aes = 128;
    area.parameters.eccDetail.symmetric.mode.aes = TPM2_ALG_CFB;
    area.parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
    area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    return out;
}

TPML_PCR_SELECTION selection_of(std::uint32_t pcrs) {
    TPML_PCR_SELECTION out{};
    out.count = 1;
    out.pcrSelections[0].hash = TPM2_ALG_SHA256;
    out.pcrSelections[0].sizeofSelect = 3;
    for (unsigned i = 0; i < 3; ++i)
        out.pcrSelections[0].pcrSelect[i] = static_cast<BYTE>(pcrs >> (8 * i));
    return out;
}

}  // namespace

void check(TSS2_RC result, const char* what) {
    if (result == TSS2_RC_SUCCESS) return;
    switch (error_of(result)) {
        case TPM2_RC_AUTH_FAIL:
        case TPM2_RC_BAD_AUTH:
            fail(Status::ERR_WRONG_KEY,
                 "{} failed: the TPM does not accept the authorisation value (a root key's own, or a "
                 "password of the owner "
                 "hierarchy, which must have none)",
                 what);
        case TPM2_RC_LOCKOUT:
            fail(Status::ERR_LOCKED_OUT,
                 "{} failed: after too many wrong authorisation values the TPM is locked for a time", what);
        case TPM2_RC_POLICY_FAIL:
        case TPM2_RC_PCR_CHANGED:
            fail(Status::ERR_WRONG_KEY,
                 "{} failed: the PCRs are not as they were when the root key was sealed; firmware or boot "
                 "have changed",
                 what);
        case TPM2_RC_INTEGRITY:
            fail(Status::ERR_WRONG_KEY,
                 "{} failed: the root key was sealed by another TPM, or its data was altered", what);
        default:
            fail(Status::ERR_IO, "{} failed: tpm2-tss answered {:#x}; tpm2_rc_decode explains it", what,
                 result);
    }
}

Context::Context(const std::string& tcti) {
    const char* name = tcti.empty() ? nullptr : tcti.c_str();
    if (const TSS2_RC result = Tss2_TctiLdr_Initialize(name, &tcti_); result != TSS2_RC_SUCCESS) {
        fail(Status::ERR_NOT_FOUND,
             "no TPM can be reached through '{}' (tpm2-tss: {:#x}); check the TCTI, the device and its "
             "permissions",
             name != nullptr ? name : "the default TCTI", result);
    }
    if (const TSS2_RC result = Esys_Initialize(&esys_, tcti_, nullptr); result != TSS2_RC_SUCCESS) {
        Tss2_TctiLdr_Finalize(&tcti_);
        check(result, "connecting to the TPM");
    }
}

Context::~Context() {
    Esys_Finalize(&esys_);
    Tss2_TctiLdr_Finalize(&tcti_);
}

ESYS_TR storage_primary(const Context& context) {
    const TPM2B_SENSITIVE_CREATE no_secret{};
    const TPM2B_PUBLIC public_area = storage_template();
    const TPM2B_DATA no_data{};
    const TPML_PCR_SELECTION no_pcrs{};
    ESYS_TR handle = ESYS_TR_NONE;
    check(Esys_CreatePrimary(context.get(), ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                             &no_secret, &public_area, &no_data, &no_pcrs, &handle, nullptr, nullptr, nullptr,
                             nullptr),
          "making the TPM's storage key");
    return handle;
}

Bytes name_of(const Context& context, ESYS_TR object) {
    TPM2B_NAME* name = nullptr;
    check(Esys_TR_GetName(context.get(), object, &name), "reading the name of the TPM's storage key");
    const std::unique_ptr<TPM2B_NAME, EsysFree<TPM2B_NAME>> owner(name);
    return {name->name, name->name + name->size};
}

ESYS_TR start_session(const Context& context, ESYS_TR primary, TPM2_SE type, TPMA_SESSION encrypt) {
    TPMT_SYM_DEF symmetric{};
    symmetric.algorithm = TPM2_ALG_AES;
    symmetric.keyBits.aes = 128;
    symmetric.mode.aes = TPM2_ALG_CFB;
    ESYS_TR session = ESYS_TR_NONE;
    check(Esys_StartAuthSession(context.get(), primary, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                ESYS_TR_NONE, nullptr, type, &symmetric, TPM2_ALG_SHA256, &session),
          "starting a session with the TPM");
    const TSS2_RC result =
        Esys_TRSess_SetAttributes(context.get(), session, encrypt | TPMA_SESSION_CONTINUESESSION, 0xff);
    if (result != TSS2_RC_SUCCESS) Esys_FlushContext(context.get(), session);
    check(result, "starting a session with the TPM");
    return session;
}

void Policy::apply(const Context& context, ESYS_TR session) const {
    const TPM2B_DIGEST as_they_are{};
    const auto selection = selection_of(pcrs);
    check(Esys_PolicyPCR(context.get(), session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &as_they_are,
                         &selection),
          "asking the TPM for its PCRs");
    if (!authorisation) return;
    check(Esys_PolicyAuthValue(context.get(), session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE),
          "asking the TPM for an authorisation value");
}

TPM2B_DIGEST Policy::digest(const Context& context, ESYS_TR primary) const {
    const Loaded trial(context, start_session(context, primary, TPM2_SE_TRIAL, 0));
    apply(context, trial.get());
    TPM2B_DIGEST* digest = nullptr;
    check(Esys_PolicyGetDigest(context.get(), trial.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &digest),
          "asking the TPM for a policy");
    const std::unique_ptr<TPM2B_DIGEST, EsysFree<TPM2B_DIGEST>> owner(digest);
    return *digest;
}

}  // namespace myqsec::crypto::tpm

#endif
