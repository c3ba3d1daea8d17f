#include <atomic>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/status_of.hpp"
#include "crypto/root/pkcs11_token.hpp"
#include "crypto/root/root_provider.hpp"
#include "crypto/soft_token.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using test::SoftToken;
using test::status_of;

namespace {

const bool no_softhsm = test::softhsm_module().empty();

std::unique_ptr<RootProvider> root(const std::string& module, const std::string& token = {},
                                   const std::string& pin = SoftToken::pin, const std::string& key = {}) {
    return pkcs11_provider({module, token, key, Secret(as_bytes(pin))});
}

}  // namespace

TEST_CASE("a module that is missing, is no library or is no PKCS #11 module is named in the error") {
    std::string sentence;
    const auto status = [&](const std::string& module) {
        return status_of([&] { (void)root(module)->create(); }, &sentence);
    };
    CHECK(status("libsofthsm2.so") == Status::ERR_INVALID_ARGUMENT);
    CHECK(status("") == Status::ERR_INVALID_ARGUMENT);
    CHECK(status("/nonexistent/module.so") == Status::ERR_NOT_FOUND);
    CHECK(sentence.find("/nonexistent/module.so") != std::string::npos);
    CHECK(status("/etc/passwd") == Status::ERR_NOT_POSSIBLE);
    CHECK(status("/proc/self/exe") == Status::ERR_NOT_POSSIBLE);
}

TEST_CASE("a root key sealed under a token's key comes back, byte for byte" * doctest::skip(no_softhsm)) {
    const SoftToken soft;
    const auto created = root(soft.module)->create();
    CHECK(created.key.size() == 32);
    CHECK(created.blob.size() <= RootProvider::max_blob);
    const auto again = root(soft.module, "printers")->unlock(created.blob);
    CHECK(equal_constant_time(again.view(), created.key.view()));
    SUBCASE("a second root key is another, under the same token key") {
        const auto second = root(soft.module)->create();
        CHECK_FALSE(equal_constant_time(second.key.view(), created.key.view()));
        CHECK(equal_constant_time(root(soft.module)->unlock(second.blob).view(), second.key.view()));
        const pkcs11::Module module(soft.module);
        const pkcs11::Token token(module, {}, Secret(as_bytes(SoftToken::pin)));
        const auto keys = token.find({}, "myqsec root");
        REQUIRE(keys.size() == 1);
        CHECK_FALSE(token.can_leave(keys.front()));
    }
}

TEST_CASE("the token refuses every blob of which a single bit differs" * doctest::skip(no_softhsm)) {
    const SoftToken soft;
    const auto created = root(soft.module)->create();
    for (std::size_t at = 0; at < created.blob.size(); ++at) {
        Bytes altered = created.blob;
        altered[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        REQUIRE(status_of([&] { (void)root(soft.module)->unlock(altered); }) != Status::OK);
    }
    CHECK(status_of([&] { (void)root(soft.module)->unlock(ByteView(created.blob).first(20)); }) ==
          Status::ERR_CORRUPT);
}

TEST_CASE("a wrong PIN is WRONG_KEY and is tried once" * doctest::skip(no_softhsm)) {
    const SoftToken soft;
    const auto created = root(soft.module)->create();
    std::string sentence;
    CHECK(status_of([&] { (void)root(soft.module, {}, "000000")->unlock(created.blob); }, &sentence) ==
          Status::ERR_WRONG_KEY);
    CHECK(sentence.find("printers") != std::string::npos);
    CHECK(sentence.find("000000") == std::string::npos);
    CHECK(status_of([&] { (void)root(soft.module, {}, "")->unlock(created.blob); }) ==
          Status::ERR_INVALID_ARGUMENT);
    CHECK(root(soft.module)->unlock(created.blob).size() == 32);
}

TEST_CASE("a token that is missing, or whose key is, says which" * doctest::skip(no_softhsm)) {
    const SoftToken soft;
    const auto created = root(soft.module)->create();
    std::string sentence;
    CHECK(status_of([&] { (void)root(soft.module, "cellar")->unlock(created.blob); }, &sentence) ==
          Status::ERR_NOT_FOUND);
    CHECK(sentence.find("'cellar'") != std::string::npos);
    soft.add("cellar");
    CHECK(status_of([&] { (void)root(soft.module)->unlock(created.blob); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] { (void)root(soft.module, "cellar")->unlock(created.blob); }, &sentence) ==
          Status::ERR_WRONG_KEY);
    CHECK(sentence.find("myqsec root") != std::string::npos);
    CHECK(root(soft.module, "printers")->unlock(created.blob).size() == 32);
    soft.remove("printers");
    soft.remove("cellar");
    CHECK(status_of([&] { (void)root(soft.module)->unlock(created.blob); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("the right key is found among others, and two under one label are no choice for a new root key" *
          doctest::skip(no_softhsm)) {
    const SoftToken soft;
    const auto created = root(soft.module)->create();
    {
        const pkcs11::Module module(soft.module);
        const pkcs11::Token token(module, {}, Secret(as_bytes(SoftToken::pin)));
        (void)token.generate(Bytes(16, 9), "myqsec root");
    }
    CHECK(status_of([&] { (void)root(soft.module)->create(); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(root(soft.module)->unlock(created.blob).size() == 32);
    CHECK(root(soft.module, {}, SoftToken::pin, "another")->create().key.size() == 32);
}

TEST_CASE("a key that could leave the token is refused" * doctest::skip(no_softhsm)) {
    const SoftToken soft;
    {
        using namespace pkcs11;
        const Module module(soft.module);
        CK_ULONG slots[8] = {};
        CK_ULONG count = 8;
        check(module->C_GetSlotList(1, slots, &count), "slots");
        CK_ULONG session = 0;
        check(
            module->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session),
            "open");
        std::string pin = SoftToken::pin;
        check(module->C_Login(session, CKU_USER, reinterpret_cast<CK_BYTE*>(pin.data()), pin.size()),
              "login");
        CK_ULONG size = 32;
        CK_ULONG key = 0;
        CK_BYTE yes = 1;
        std::string label = "open";
        CK_ATTRIBUTE attributes[] = {{CKA_VALUE_LEN, &size, sizeof size},
                                     {CKA_TOKEN, &yes, 1},
                                     {CKA_EXTRACTABLE, &yes, 1},
                                     {CKA_LABEL, label.data(), label.size()}};
        CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
        check(module->C_GenerateKey(session, &mechanism, attributes, 4, &key), "generate");
    }
    std::string sentence;
    CHECK(status_of([&] { (void)root(soft.module, {}, SoftToken::pin, "open")->create(); }, &sentence) ==
          Status::ERR_NOT_POSSIBLE);
    CHECK(sentence.find("'open'") != std::string::npos);
}

TEST_CASE("a module that the host has initialised stays so" * doctest::skip(no_softhsm)) {
    const SoftToken soft;
    void* library = ::dlopen(soft.module.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library != nullptr);
    const auto get = reinterpret_cast<pkcs11::CK_RV (*)(const pkcs11::CK_FUNCTION_LIST**)>(
        ::dlsym(library, "C_GetFunctionList"));
    const pkcs11::CK_FUNCTION_LIST* functions = nullptr;
    REQUIRE(get(&functions) == pkcs11::CKR_OK);
    REQUIRE(functions->C_Initialize(nullptr) == pkcs11::CKR_OK);
    CHECK(root(soft.module)->create().key.size() == 32);
    CHECK(functions->C_Initialize(nullptr) == pkcs11::CKR_CRYPTOKI_ALREADY_INITIALIZED);
    CHECK(functions->C_Finalize(nullptr) == pkcs11::CKR_OK);
    CHECK(root(soft.module)->create().key.size() == 32);
    ::dlclose(library);
}

TEST_CASE("threads, and a forked child, each get the root key" * doctest::skip(no_softhsm)) {
    const SoftToken soft;
    const auto created = root(soft.module)->create();
    const auto opens = [&] {
        const auto key = root(soft.module)->unlock(created.blob);
        return equal_constant_time(key.view(), created.key.view());
    };
    std::atomic<int> opened = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] { opened += opens() ? 1 : 0; });
    }
    CHECK(opened == 4);
    const pid_t child = ::fork();
    if (child == 0) {
        int code = 2;
        try {
            code = opens() ? 0 : 1;
        } catch (...) {
        }
        ::_exit(code);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(opens());
}
