#include "abi/engine.hpp"
#include "crypto/soft_token.hpp"

using namespace myqsec;

TEST_CASE("a token or TPM that is not described is refused by name") {
    test::TemporaryFolder folder;
    const auto directory = folder.path() + "/instance";
    myqsec_engine* engine = nullptr;
    myqsec_root root = MYQSEC_ROOT_INIT;
    root.kind = MYQSEC_ROOT_PKCS11;
    CHECK_FAILS(myqsec_create(directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_INVALID_ARGUMENT,
                "root.pkcs11");
    myqsec_root_pkcs11 token = MYQSEC_ROOT_PKCS11_INIT;
    root.pkcs11 = &token;
    CHECK_FAILS(myqsec_create(directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_INVALID_ARGUMENT,
                "root.pkcs11->module");
    token.module = "/nowhere/module.so";
    CHECK_FAILS(myqsec_create(directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_NOT_FOUND,
                "/nowhere/module.so");
    root.kind = MYQSEC_ROOT_TPM;
    CHECK(myqsec_create(directory.c_str(), &root, nullptr, &engine) == MYQSEC_ERR_INVALID_ARGUMENT);
    myqsec_root_tpm tpm = MYQSEC_ROOT_TPM_INIT;
    tpm.tcti = "device:/nonexistent";
    root.tpm = &tpm;
#ifdef MYQSEC_WITH_TPM
    CHECK_FAILS(myqsec_create(directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_NOT_FOUND,
                "device:/nonexistent");
#else
    CHECK_FAILS(myqsec_create(directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_NOT_BUILT_IN,
                "MYQSEC_WITH_TPM");
#endif
    CHECK(!std::filesystem::exists(directory));
}

TEST_CASE("an instance opens with its token and PIN, and with no other origin of the root key" *
          doctest::skip(test::softhsm_module().empty())) {
    const test::SoftToken soft;
    test::TemporaryFolder folder;
    const auto directory = folder.path() + "/instance";
    const std::string pin = test::SoftToken::pin;
    myqsec_root_pkcs11 token = MYQSEC_ROOT_PKCS11_INIT;
    token.module = soft.module.c_str();
    token.token = "printers";
    myqsec_root root = MYQSEC_ROOT_INIT;
    root.kind = MYQSEC_ROOT_PKCS11;
    root.secret = reinterpret_cast<const std::uint8_t*>(pin.data());
    root.secret_length = pin.size();
    root.pkcs11 = &token;
    Engine::create(directory, root).close();
    Engine::open(directory, root).close();
    myqsec_engine* engine = nullptr;
    root.secret_length -= 1;
    CHECK_FAILS(myqsec_open(directory.c_str(), &root, nullptr, &engine), MYQSEC_ERR_WRONG_KEY, "PIN");
    const auto other = passphrase_root("a passphrase");
    CHECK_FAILS(myqsec_open(directory.c_str(), &other, nullptr, &engine), MYQSEC_ERR_WRONG_KEY, "PKCS #11");
}
