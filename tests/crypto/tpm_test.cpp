#include <doctest/doctest.h>

#include "base/error.hpp"
#include "crypto/memory_file.hpp"
#include "crypto/root/root_provider.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using test::status_of;

#ifndef MYQSEC_WITH_TPM

TEST_CASE("without the TPM component, asking for a TPM is NOT_BUILT_IN") {
    CHECK(status_of([] { (void)tpm_provider({}); }) == Status::ERR_NOT_BUILT_IN);
}

#else

#include <algorithm>

#include "crypto/root/tpm_context.hpp"
#include "crypto/software_tpm.hpp"

namespace {

const bool no_swtpm = !test::swtpm_is_installed();

std::unique_ptr<RootProvider> root(const test::SoftwareTpm& tpm, std::uint32_t pcrs = 0,
                                   std::string_view authorisation = {}) {
    return tpm_provider({tpm.tcti(), pcrs, Secret(as_bytes(authorisation))});
}

bool opens(const test::SoftwareTpm& tpm, const RootProvider::Created& created,
           std::string_view authorisation = {}) {
    return equal_constant_time(root(tpm, 0, authorisation)->unlock(created.blob).view(), created.key.view());
}

Status unlock_status(const test::SoftwareTpm& tpm, ByteView blob, std::string_view authorisation = {}) {
    return status_of([&] { (void)root(tpm, 0, authorisation)->unlock(blob); });
}

/// As other firmware would measure itself.
void extend(const test::SoftwareTpm& tpm, ESYS_TR pcr) {
    const tpm::Context context(tpm.tcti());
    TPML_DIGEST_VALUES digests{};
    digests.count = 1;
    digests.digests[0].hashAlg = TPM2_ALG_SHA256;
    digests.digests[0].digest.sha256[0] = 1;
    tpm::check(Esys_PCR_Extend(context.get(), pcr, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &digests),
               "extending");
}

void clear(const test::SoftwareTpm& tpm) {
    const tpm::Context context(tpm.tcti());
    tpm::check(Esys_Clear(context.get(), ESYS_TR_RH_LOCKOUT, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE),
               "clearing");
}

std::size_t loaded_handles(const test::SoftwareTpm& tpm) {
    const tpm::Context context(tpm.tcti());
    std::size_t found = 0;
    for (const TPM2_HANDLE first :
         {TPM2_TRANSIENT_FIRST, TPM2_LOADED_SESSION_FIRST, TPM2_POLICY_SESSION_FIRST}) {
        TPMS_CAPABILITY_DATA* data = nullptr;
        TPMI_YES_NO more = 0;
        tpm::check(Esys_GetCapability(context.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                      TPM2_CAP_HANDLES, first, 16, &more, &data),
                   "listing");
        for (UINT32 i = 0; i < data->data.handles.count; ++i)
            found +=
                (data->data.handles.handle[i] & TPM2_HR_RANGE_MASK) == (first & TPM2_HR_RANGE_MASK) ? 1 : 0;
        Esys_Free(data);
    }
    return found;
}

std::string upper_hex(ByteView bytes) {
    std::string out = to_hex(bytes);
    std::ranges::transform(out, out.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

}  // namespace

TEST_CASE("a root key sealed to a TPM comes back from it, also after a restart, and nothing stays loaded" *
          doctest::skip(no_swtpm)) {
    test::SoftwareTpm tpm;
    const auto created = root(tpm)->create();
    CHECK(created.blob.size() <= RootProvider::max_blob);
    CHECK(opens(tpm, created));
    CHECK(loaded_handles(tpm) == 0);
    tpm.restart();
    CHECK(opens(tpm, created));
    const auto second = root(tpm)->create();
    CHECK_FALSE(equal_constant_time(second.key.view(), created.key.view()));
    CHECK(loaded_handles(tpm) == 0);
}

TEST_CASE("the bus to the TPM shows neither the root key nor the authorisation value" *
          doctest::skip(no_swtpm)) {
    const test::SoftwareTpm tpm;
    const auto created = root(tpm, 0, "open sesame")->create();
    CHECK(opens(tpm, created, "open sesame"));
    const std::string bus = tpm.bus();
    const std::string sealed = upper_hex(ByteView(created.blob).last(32));
    CHECK(bus.find(sealed) != std::string::npos);  // all that went over it was seen
    CHECK(bus.find(upper_hex(created.key.view())) == std::string::npos);
    CHECK(bus.find(upper_hex(created.key.view().first(8))) == std::string::npos);
    CHECK(bus.find(upper_hex(as_bytes("open sesame"))) == std::string::npos);
}

TEST_CASE("another TPM, or the same one cleared, is WRONG_KEY" * doctest::skip(no_swtpm)) {
    const test::SoftwareTpm tpm;
    const auto created = root(tpm)->create();
    {
        const test::SoftwareTpm other;
        CHECK(unlock_status(other, created.blob) == Status::ERR_WRONG_KEY);
    }
    CHECK(opens(tpm, created));
    clear(tpm);
    CHECK(unlock_status(tpm, created.blob) == Status::ERR_WRONG_KEY);
}

TEST_CASE("with an authorisation value the TPM opens for nothing else" * doctest::skip(no_swtpm)) {
    const test::SoftwareTpm tpm;
    const auto created = root(tpm, 0, "open sesame")->create();
    CHECK(unlock_status(tpm, created.blob) == Status::ERR_INVALID_ARGUMENT);
    CHECK(unlock_status(tpm, created.blob, "open barley") == Status::ERR_WRONG_KEY);
    CHECK(opens(tpm, created, "open sesame"));
    CHECK(loaded_handles(tpm) == 0);
}

TEST_CASE("a root key bound to PCRs opens while they are as they were" * doctest::skip(no_swtpm)) {
    test::SoftwareTpm tpm;
    for (const std::string_view authorisation : {"", "open sesame"}) {
        CAPTURE(authorisation);
        const auto created = root(tpm, (1U << 0) | (1U << 7), authorisation)->create();
        CHECK(opens(tpm, created, authorisation));
        extend(tpm, ESYS_TR_PCR4);
        CHECK(opens(tpm, created, authorisation));
        if (!authorisation.empty())
            CHECK(unlock_status(tpm, created.blob, "another") == Status::ERR_WRONG_KEY);
        extend(tpm, ESYS_TR_PCR7);
        CHECK(unlock_status(tpm, created.blob, authorisation) == Status::ERR_WRONG_KEY);
        CHECK(loaded_handles(tpm) == 0);
        tpm.restart();
        CHECK(opens(tpm, created, authorisation));
    }
}

TEST_CASE("the TPM refuses every blob of which a single bit differs" * doctest::skip(no_swtpm)) {
    const test::SoftwareTpm tpm;
    const auto created = root(tpm)->create();
    for (std::size_t at = 0; at < created.blob.size(); at += 3) {
        Bytes altered = created.blob;
        altered[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        CAPTURE(at);
        REQUIRE(unlock_status(tpm, altered) != Status::OK);
    }
    CHECK(loaded_handles(tpm) == 0);
    CHECK(opens(tpm, created));
}

TEST_CASE("a TPM that cannot be reached is NOT_FOUND and named") {
    const auto status = status_of([] { (void)tpm_provider({"device:/nonexistent", 0, {}})->create(); });
    CHECK(status == Status::ERR_NOT_FOUND);
    CHECK(status_of([] { (void)tpm_provider({{}, 1U << 24, {}}); }) == Status::ERR_INVALID_ARGUMENT);
}

#endif
