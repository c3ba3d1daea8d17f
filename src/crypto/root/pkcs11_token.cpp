#include "crypto/root/pkcs11_token.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::crypto::pkcs11 {

namespace {

constexpr std::size_t tag_size = 16;

/// The standard pads its texts with blanks.
template <std::size_t N>
std::string unpadded(const std::array<char, N>& field) {
    std::string text(field.begin(), field.end());
    text.erase(text.find_last_not_of(std::string(" \0", 2)) + 1);
    return text;
}

CK_BYTE* in(ByteView bytes) {
    return const_cast<CK_BYTE*>(bytes.data());  // the standard's functions promise to read only
}

CK_ATTRIBUTE attribute(CK_ULONG type, ByteView value) {
    return {type, in(value), static_cast<CK_ULONG>(value.size())};
}
template <typename T>
CK_ATTRIBUTE attribute(CK_ULONG type, T& value) {
    return {type, &value, sizeof value};
}

CK_MECHANISM aes_gcm(CK_GCM_PARAMS& parameters, ByteArray<12>& nonce, ByteView context) {
    parameters = {
        nonce.data(), nonce.size(), nonce.size() * 8, in(context), static_cast<CK_ULONG>(context.size()),
        tag_size * 8};
    return {CKM_AES_GCM, &parameters, sizeof parameters};
}

}  // namespace

Token::Token(const Module& module, const std::string& name, const Secret& pin) : module_(module) {
    choose(name);
    require_aes_gcm();
    CK_ULONG flags = CKF_SERIAL_SESSION;
    if ((info_.flags & CKF_WRITE_PROTECTED) == 0) flags |= CKF_RW_SESSION;
    check(module_->C_OpenSession(slot_, flags, nullptr, nullptr, &session_),
          "opening a session with the token");
    try {
        log_in(pin);
    } catch (...) {
        module_->C_CloseSession(session_);
        throw;
    }
}

Token::~Token() {
    if (logged_in_) module_->C_Logout(session_);
    module_->C_CloseSession(session_);
}

void Token::choose(const std::string& name) {
    CK_ULONG count = 0;
    check(module_->C_GetSlotList(1, nullptr, &count), "listing the tokens");
    std::vector<CK_ULONG> slots(count);
    check(module_->C_GetSlotList(1, slots.data(), &count), "listing the tokens");
    slots.resize(std::min<std::size_t>(count, slots.size()));
    std::size_t found = 0;
    for (const CK_ULONG slot : slots) {
        CK_TOKEN_INFO info{};
        const CK_RV result = module_->C_GetTokenInfo(slot, &info);
        if (result == CKR_TOKEN_NOT_PRESENT) continue;  // pulled out meanwhile
        check(result, "asking a token for its name");
        if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
        if (!name.empty() && unpadded(info.label) != name && unpadded(info.serialNumber) != name) continue;
        ++found;
        slot_ = slot;
        info_ = info;
    }
    if (found == 1) return;
    if (found == 0 && name.empty()) {
        fail(Status::ERR_NOT_FOUND, "the PKCS #11 module has no initialised token; is it plugged in?");
    }
    if (found == 0) {
        fail(Status::ERR_NOT_FOUND,
             "the PKCS #11 module has no token with the label or serial number '{}'; is it "
             "plugged in?",
             name);
    }
    fail(Status::ERR_INVALID_ARGUMENT,
         "the PKCS #11 module has {} such tokens; name one by its serial number", found);
}

void Token::require_aes_gcm() const {
    CK_MECHANISM_INFO info{};
    const bool known = module_->C_GetMechanismInfo(slot_, CKM_AES_GCM, &info) == CKR_OK;
    constexpr CK_ULONG needed = CKF_ENCRYPT | CKF_DECRYPT;
    if (known && (info.flags & needed) == needed) return;
    fail(Status::ERR_NOT_POSSIBLE, "the token '{}' cannot encrypt with AES-GCM, which the root key needs",
         unpadded(info_.label));
}

void Token::log_in(const Secret& pin) {
    const std::string token = unpadded(info_.label);
    if ((info_.flags & CKF_USER_PIN_LOCKED) != 0) {
        fail(Status::ERR_LOCKED_OUT,
             "the PIN of the token '{}' is locked; its security officer can set a new one", token);
    }
    const bool own_pad = (info_.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    if (pin.empty() && !own_pad) {
        if ((info_.flags & CKF_LOGIN_REQUIRED) == 0) return;
        fail(Status::ERR_INVALID_ARGUMENT, "the token '{}' needs its PIN", token);
    }
    const ByteView entered = pin.view();
    const CK_RV result =
        module_->C_Login(session_, CKU_USER, entered.empty() ? nullptr : in(entered), entered.size());
    switch (result) {
        case CKR_OK:
            logged_in_ = true;
            return;
        case CKR_USER_ALREADY_LOGGED_IN:
            return;  // the host's login, and its to end
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
            break;
        case CKR_PIN_LOCKED:
            fail(Status::ERR_LOCKED_OUT,
                 "the PIN of the token '{}' is locked; its security officer can set a new one", token);
        case CKR_USER_PIN_NOT_INITIALIZED:
            fail(Status::ERR_NOT_POSSIBLE, "the token '{}' has no user PIN yet; set one first", token);
        default:
            fail_with(result, "logging in to the token");
    }
    CK_TOKEN_INFO after{};
    const bool last = module_->C_GetTokenInfo(slot_, &after) == CKR_OK &&
                      (after.flags & (CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)) != 0;
    fail(Status::ERR_WRONG_KEY, "the PIN given is not that of the token '{}'{}", token,
         last ? "; the next wrong one locks it, or it is locked now" : "; it was tried once");
}

std::vector<Token::Key> Token::find(ByteView key_id, const std::string& label) const {
    CK_ULONG key_class = CKO_SECRET_KEY;
    CK_ULONG key_type = CKK_AES;
    CK_BYTE yes = 1;
    std::vector<CK_ATTRIBUTE> wanted{attribute(CKA_CLASS, key_class), attribute(CKA_KEY_TYPE, key_type),
                                     attribute(CKA_TOKEN, yes)};
    wanted.push_back(key_id.empty() ? attribute(CKA_LABEL, as_bytes(label)) : attribute(CKA_ID, key_id));
    check(module_->C_FindObjectsInit(session_, wanted.data(), wanted.size()), "searching the token's keys");
    std::vector<Key> keys(64);
    CK_ULONG count = 0;
    const CK_RV result = module_->C_FindObjects(session_, keys.data(), keys.size(), &count);
    module_->C_FindObjectsFinal(session_);
    check(result, "searching the token's keys");
    keys.resize(std::min<std::size_t>(count, keys.size()));
    return keys;
}

Token::Key Token::generate(ByteView key_id, const std::string& label) const {
    if ((info_.flags & CKF_WRITE_PROTECTED) != 0) {
        fail(Status::ERR_NOT_POSSIBLE, "the token '{}' is write-protected and has no AES key '{}'",
             unpadded(info_.label), label);
    }
    CK_ULONG key_class = CKO_SECRET_KEY;
    CK_ULONG key_type = CKK_AES;
    CK_ULONG size = 32;
    CK_BYTE yes = 1;
    CK_BYTE no = 0;
    std::array attributes{
        attribute(CKA_CLASS, key_class),
        attribute(CKA_KEY_TYPE, key_type),
        attribute(CKA_VALUE_LEN, size),
        attribute(CKA_TOKEN, yes),
        attribute(CKA_PRIVATE, yes),
        attribute(CKA_SENSITIVE, yes),
        attribute(CKA_EXTRACTABLE, no),
        attribute(CKA_ENCRYPT, yes),
        attribute(CKA_DECRYPT, yes),
        attribute(CKA_WRAP, no),
        attribute(CKA_UNWRAP, no),
        attribute(CKA_ID, key_id),
        attribute(CKA_LABEL, as_bytes(label)),
    };
    CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
    Key key = 0;
    check(module_->C_GenerateKey(session_, &mechanism, attributes.data(), attributes.size(), &key),
          "generating the token's key");
    return key;
}

Bytes Token::id(Key key) const {
    Bytes value(64);
    CK_ATTRIBUTE wanted{CKA_ID, value.data(), value.size()};
    const CK_RV result = module_->C_GetAttributeValue(session_, key, &wanted, 1);
    if (result != CKR_OK || wanted.ulValueLen > value.size()) return {};  // then its label finds it
    value.resize(wanted.ulValueLen);
    return value;
}

bool Token::flag(Key key, CK_ULONG type, bool if_unknown) const {
    CK_BYTE value = 0;
    CK_ATTRIBUTE wanted{type, &value, sizeof value};
    return module_->C_GetAttributeValue(session_, key, &wanted, 1) == CKR_OK ? value != 0 : if_unknown;
}

bool Token::can_leave(Key key) const {
    return flag(key, CKA_EXTRACTABLE, true) || !flag(key, CKA_SENSITIVE, false);
}

Bytes Token::seal(Key key, ByteArray<12>& nonce, ByteView context, const Secret& plaintext) const {
    CK_GCM_PARAMS parameters{};
    CK_MECHANISM mechanism = aes_gcm(parameters, nonce, context);
    check(module_->C_EncryptInit(session_, &mechanism, key), "encrypting with the token's key");
    Bytes sealed(plaintext.size() + tag_size);
    CK_ULONG size = sealed.size();
    check(module_->C_Encrypt(session_, in(plaintext.view()), plaintext.size(), sealed.data(), &size),
          "encrypting with the token's key");
    if (size != sealed.size()) {
        fail(Status::ERR_IO, "the token's AES-GCM gave {} bytes instead of {}", size, sealed.size());
    }
    return sealed;
}

Secret Token::open(Key key, ByteArray<12> nonce, ByteView context, ByteView sealed) const {
    CK_GCM_PARAMS parameters{};
    CK_MECHANISM mechanism = aes_gcm(parameters, nonce, context);
    check(module_->C_DecryptInit(session_, &mechanism, key), "decrypting with the token's key");
    Secret plaintext(sealed.size());  // some tokens want room for the tag too
    CK_ULONG size = plaintext.size();
    const CK_RV result =
        module_->C_Decrypt(session_, in(sealed), sealed.size(), plaintext.span().data(), &size);
    // Tokens disagree on what to call a wrong tag; what is no fault of the device is one.
    if (result == CKR_DEVICE_ERROR || result == CKR_DEVICE_REMOVED || result == CKR_HOST_MEMORY) {
        fail_with(result, "decrypting with the token's key");
    }
    if (result != CKR_OK || size != sealed.size() - tag_size) return {};
    return Secret(plaintext.view().first(size));
}

}  // namespace myqsec::crypto::pkcs11
