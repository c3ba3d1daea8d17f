#include "base/error.hpp"
#include "crypto/root/root_provider.hpp"

#ifndef MYQSEC_WITH_TPM

namespace myqsec::crypto {

std::unique_ptr<RootProvider> tpm_provider(TpmRoot) {
    fail(Status::ERR_NOT_BUILT_IN,
         "this build of the library cannot use a TPM: build it with -DMYQSEC_WITH_TPM=ON and tpm2-tss "
         "(libtss2-dev)");
}

}  // namespace myqsec::crypto

#else

#include <algorithm>

#include <tss2/tss2_mu.h>

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/root/tpm_context.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::uint32_t all_pcrs = (1U << 24) - 1;
constexpr std::string_view authorisation_label = "myqsec tpm authorisation v1";

struct SealedObject {
    tpm::Policy policy;
    Bytes primary;  ///< name of the storage key: another one would be another TPM, or somebody in between
    TPM2B_PUBLIC public_area{};
    TPM2B_PRIVATE private_area{};

    [[nodiscard]] Bytes encode() const {
        Bytes public_bytes(sizeof(TPM2B_PUBLIC));
        Bytes private_bytes(sizeof(TPM2B_PRIVATE));
        std::size_t public_size = 0;
        std::size_t private_size = 0;
        tpm::check(Tss2_MU_TPM2B_PUBLIC_Marshal(&public_area, public_bytes.data(), public_bytes.size(),
                                                &public_size),
                   "encoding the sealed root key");
        tpm::check(Tss2_MU_TPM2B_PRIVATE_Marshal(&private_area, private_bytes.data(), private_bytes.size(),
                                                 &private_size),
                   "encoding the sealed root key");
        return ByteWriter()
            .integer(root_blob_version)
            .integer(policy.pcrs)
            .integer(static_cast<std::uint8_t>(policy.authorisation ? 1 : 0))
            .field(primary)
            .field(ByteView(public_bytes).first(public_size))
            .field(ByteView(private_bytes).first(private_size))
            .take();
    }
    static SealedObject decode(ByteView bytes) {
        ByteReader reader = read_root_blob(bytes);
        SealedObject blob;
        blob.policy.pcrs = reader.integer<std::uint32_t>();
        blob.policy.authorisation = reader.integer<std::uint8_t>() != 0;
        const ByteView name = reader.field();
        const ByteView public_bytes = reader.field();
        const ByteView private_bytes = reader.field();
        reader.expect_end();
        blob.primary.assign(name.begin(), name.end());
        std::size_t public_size = 0;
        std::size_t private_size = 0;
        if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(public_bytes.data(), public_bytes.size(), &public_size,
                                           &blob.public_area) != TSS2_RC_SUCCESS ||
            Tss2_MU_TPM2B_PRIVATE_Unmarshal(private_bytes.data(), private_bytes.size(), &private_size,
                                            &blob.private_area) != TSS2_RC_SUCCESS ||
            public_size != public_bytes.size() || private_size != private_bytes.size()) {
            fail(Status::ERR_CORRUPT, "the sealed root key in the keystore is not one of a TPM");
        }
        return blob;
    }
};

/// TPM structures with secrets in them are wiped when they go.
struct SensitiveCreate {
    TPM2B_SENSITIVE_CREATE value{};
    ~SensitiveCreate() { wipe({reinterpret_cast<std::uint8_t*>(&value), sizeof value}); }
};
struct AuthValue {
    TPM2B_AUTH value{};
    ~AuthValue() { wipe({value.buffer, sizeof value.buffer}); }
};
struct WipeAndFree {
    void operator()(TPM2B_SENSITIVE_DATA* data) const {
        wipe({data->buffer, sizeof data->buffer});
        Esys_Free(data);
    }
};

/// A hash, so that a value of any length becomes one that the TPM takes.
void set_auth(const Secret& given, TPM2B_AUTH& out) {
    if (given.empty()) return;
    const Digest digest = hmac_sha256(as_bytes(authorisation_label), given.view());
    out.size = static_cast<UINT16>(digest.size());
    std::ranges::copy(digest, out.buffer);
}

TPM2B_PUBLIC sealed_object(const tpm::Policy& policy, const TPM2B_DIGEST& digest) {
    TPM2B_PUBLIC out{};
    TPMT_PUBLIC& area = out.publicArea;
    area.type = TPM2_ALG_KEYEDHASH;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT;
    // A guessed authorisation value counts towards the TPM's lockout; where there is none, nothing can be
    // guessed.
    if (!policy.authorisation) area.objectAttributes |= TPMA_OBJECT_NODA;
    if (policy.pcrs == 0) area.objectAttributes |= TPMA_OBJECT_USERWITHAUTH;
    if (policy.pcrs != 0) area.authPolicy = digest;
    area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    return out;
}

class TpmProvider final : public RootProvider {
 public:
    explicit TpmProvider(TpmRoot options) : options_(std::move(options)) {}

    [[nodiscard]] std::uint8_t kind() const override { return 5; }

    [[nodiscard]] Created create() override {
        const tpm::Context context(options_.tcti);
        Created created{{}, random_secret(root_key_size)};
        {
            const tpm::Loaded primary(context, tpm::storage_primary(context));
            created.blob = seal(context, primary.get(), created.key).encode();
        }
        // What the TPM does not give back must never be what an instance hangs on.
        if (!equal_constant_time(open(context, SealedObject::decode(created.blob)).view(),
                                 created.key.view())) {
            fail(Status::ERR_IO, "the TPM does not give back what it has just sealed; nothing was created");
        }
        return created;
    }

    [[nodiscard]] Secret unlock(ByteView bytes) override {
        const SealedObject blob = SealedObject::decode(bytes);
        if (blob.policy.authorisation && options_.authorisation.empty()) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "this instance's root key needs the TPM's authorisation value");
        }
        return open(tpm::Context(options_.tcti), blob);
    }

 private:
    [[nodiscard]] SealedObject seal(const tpm::Context& context, ESYS_TR primary, const Secret& key) const {
        SealedObject blob;
        blob.policy = {options_.pcrs, !options_.authorisation.empty()};
        blob.primary = tpm::name_of(context, primary);
        TPM2B_DIGEST digest{};
        if (blob.policy.pcrs != 0) digest = blob.policy.digest(context, primary);
        const TPM2B_PUBLIC wanted = sealed_object(blob.policy, digest);
        SensitiveCreate sensitive;
        set_auth(options_.authorisation, sensitive.value.sensitive.userAuth);
        sensitive.value.sensitive.data.size = static_cast<UINT16>(key.size());
        std::ranges::copy(key.view(), sensitive.value.sensitive.data.buffer);

        const tpm::Loaded session(context,
                                  tpm::start_session(context, primary, TPM2_SE_HMAC, TPMA_SESSION_DECRYPT));
        const TPM2B_DATA no_data{};
        const TPML_PCR_SELECTION no_pcrs{};
        TPM2B_PRIVATE* private_area = nullptr;
        TPM2B_PUBLIC* public_area = nullptr;
        tpm::check(
            Esys_Create(context.get(), primary, session.get(), ESYS_TR_NONE, ESYS_TR_NONE, &sensitive.value,
                        &wanted, &no_data, &no_pcrs, &private_area, &public_area, nullptr, nullptr, nullptr),
            "sealing the root key");
        blob.private_area = *private_area;
        blob.public_area = *public_area;
        Esys_Free(private_area);
        Esys_Free(public_area);
        return blob;
    }

    [[nodiscard]] Secret open(const tpm::Context& context, const SealedObject& blob) const {
        const tpm::Loaded primary(context, tpm::storage_primary(context));
        if (tpm::name_of(context, primary.get()) != blob.primary) {
            fail(Status::ERR_WRONG_KEY,
                 "this is not the TPM that sealed the root key, or it was cleared since; the instance opens "
                 "on its own "
                 "machine only");
        }
        const tpm::Loaded object(context, load(context, primary.get(), blob));
        AuthValue auth;
        set_auth(options_.authorisation, auth.value);
        if (blob.policy.authorisation) {
            tpm::check(Esys_TR_SetAuth(context.get(), object.get(), &auth.value), "unsealing the root key");
        }
        const bool bound = blob.policy.pcrs != 0;
        const tpm::Loaded session(
            context, tpm::start_session(context, primary.get(), bound ? TPM2_SE_POLICY : TPM2_SE_HMAC,
                                        TPMA_SESSION_ENCRYPT));
        if (bound) blob.policy.apply(context, session.get());
        TPM2B_SENSITIVE_DATA* data = nullptr;
        tpm::check(Esys_Unseal(context.get(), object.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, &data),
                   "unsealing the root key");
        const std::unique_ptr<TPM2B_SENSITIVE_DATA, WipeAndFree> owner(data);
        if (data->size != root_key_size) {
            fail(Status::ERR_WRONG_KEY, "the TPM unsealed {} bytes instead of a root key", data->size);
        }
        return Secret(ByteView(data->buffer, data->size));
    }

    [[nodiscard]] static ESYS_TR load(const tpm::Context& context, ESYS_TR primary,
                                      const SealedObject& blob) {
        const tpm::Loaded session(context, tpm::start_session(context, primary, TPM2_SE_HMAC, 0));
        ESYS_TR object = ESYS_TR_NONE;
        tpm::check(Esys_Load(context.get(), primary, session.get(), ESYS_TR_NONE, ESYS_TR_NONE,
                             &blob.private_area, &blob.public_area, &object),
                   "loading the sealed root key");
        return object;
    }

    TpmRoot options_;
};

}  // namespace

std::unique_ptr<RootProvider> tpm_provider(TpmRoot options) {
    if ((options.pcrs & ~all_pcrs) != 0)
        fail(Status::ERR_INVALID_ARGUMENT, "a TPM's PCRs are numbered 0 to 23");
    return std::make_unique<TpmProvider>(std::move(options));
}

}  // namespace myqsec::crypto

#endif
