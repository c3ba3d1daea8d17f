// The part of Cryptoki that is used here, from the standard's text (OASIS PKCS #11 base specification 2.40,
// which 3.0 keeps): declared here, so that building needs no header of a vendor's.
#pragma once

#include <array>

namespace myqsec::crypto::pkcs11 {

// The names below are the standard's own, so that they can be looked up.
using CK_BYTE = unsigned char;
using CK_ULONG = unsigned long;
using CK_RV = CK_ULONG;

inline constexpr CK_ULONG CKF_OS_LOCKING_OK = 0x2;    // CK_C_INITIALIZE_ARGS
inline constexpr CK_ULONG CKF_WRITE_PROTECTED = 0x2;  // CK_TOKEN_INFO, up to CKF_USER_PIN_LOCKED
inline constexpr CK_ULONG CKF_LOGIN_REQUIRED = 0x4;
inline constexpr CK_ULONG CKF_PROTECTED_AUTHENTICATION_PATH = 0x100;
inline constexpr CK_ULONG CKF_TOKEN_INITIALIZED = 0x400;
inline constexpr CK_ULONG CKF_USER_PIN_FINAL_TRY = 0x20000;
inline constexpr CK_ULONG CKF_USER_PIN_LOCKED = 0x40000;
inline constexpr CK_ULONG CKF_RW_SESSION = 0x2;  // C_OpenSession
inline constexpr CK_ULONG CKF_SERIAL_SESSION = 0x4;
inline constexpr CK_ULONG CKF_ENCRYPT = 0x100;  // CK_MECHANISM_INFO
inline constexpr CK_ULONG CKF_DECRYPT = 0x200;
inline constexpr CK_ULONG CKU_USER = 1;
inline constexpr CK_ULONG CKO_SECRET_KEY = 4;
inline constexpr CK_ULONG CKK_AES = 0x1f;
inline constexpr CK_ULONG CKM_AES_KEY_GEN = 0x1080;
inline constexpr CK_ULONG CKM_AES_GCM = 0x1087;
inline constexpr CK_ULONG CKA_CLASS = 0x0;
inline constexpr CK_ULONG CKA_TOKEN = 0x1;
inline constexpr CK_ULONG CKA_PRIVATE = 0x2;
inline constexpr CK_ULONG CKA_LABEL = 0x3;
inline constexpr CK_ULONG CKA_KEY_TYPE = 0x100;
inline constexpr CK_ULONG CKA_ID = 0x102;
inline constexpr CK_ULONG CKA_SENSITIVE = 0x103;
inline constexpr CK_ULONG CKA_ENCRYPT = 0x104;
inline constexpr CK_ULONG CKA_DECRYPT = 0x105;
inline constexpr CK_ULONG CKA_WRAP = 0x106;
inline constexpr CK_ULONG CKA_UNWRAP = 0x107;
inline constexpr CK_ULONG CKA_VALUE_LEN = 0x161;
inline constexpr CK_ULONG CKA_EXTRACTABLE = 0x162;

inline constexpr CK_RV CKR_OK = 0x0;
inline constexpr CK_RV CKR_HOST_MEMORY = 0x2;
inline constexpr CK_RV CKR_DEVICE_ERROR = 0x30;
inline constexpr CK_RV CKR_DEVICE_REMOVED = 0x32;
inline constexpr CK_RV CKR_ENCRYPTED_DATA_INVALID = 0x40;
inline constexpr CK_RV CKR_ENCRYPTED_DATA_LEN_RANGE = 0x41;
inline constexpr CK_RV CKR_MECHANISM_INVALID = 0x70;
inline constexpr CK_RV CKR_PIN_INCORRECT = 0xa0;
inline constexpr CK_RV CKR_PIN_INVALID = 0xa1;
inline constexpr CK_RV CKR_PIN_LEN_RANGE = 0xa2;
inline constexpr CK_RV CKR_PIN_EXPIRED = 0xa3;
inline constexpr CK_RV CKR_PIN_LOCKED = 0xa4;
inline constexpr CK_RV CKR_TOKEN_NOT_PRESENT = 0xe0;
inline constexpr CK_RV CKR_USER_ALREADY_LOGGED_IN = 0x100;
inline constexpr CK_RV CKR_USER_PIN_NOT_INITIALIZED = 0x102;
inline constexpr CK_RV CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;

struct CK_VERSION {
    CK_BYTE major, minor;
};
struct CK_C_INITIALIZE_ARGS {
    void* CreateMutex;
    void* DestroyMutex;
    void* LockMutex;
    void* UnlockMutex;
    CK_ULONG flags;
    void* pReserved;
};
struct CK_TOKEN_INFO {
    std::array<char, 32> label;
    std::array<char, 32> manufacturerID;
    std::array<char, 16> model;
    std::array<char, 16> serialNumber;
    CK_ULONG flags;
    CK_ULONG ulMaxSessionCount, ulSessionCount, ulMaxRwSessionCount, ulRwSessionCount;
    CK_ULONG ulMaxPinLen, ulMinPinLen;
    CK_ULONG ulTotalPublicMemory, ulFreePublicMemory, ulTotalPrivateMemory, ulFreePrivateMemory;
    CK_VERSION hardwareVersion, firmwareVersion;
    std::array<char, 16> utcTime;
};
struct CK_MECHANISM_INFO {
    CK_ULONG ulMinKeySize, ulMaxKeySize, flags;
};
struct CK_MECHANISM {
    CK_ULONG mechanism;
    void* pParameter;
    CK_ULONG ulParameterLen;
};
struct CK_ATTRIBUTE {
    CK_ULONG type;
    void* pValue;
    CK_ULONG ulValueLen;
};
struct CK_GCM_PARAMS {
    CK_BYTE* pIv;
    CK_ULONG ulIvLen, ulIvBits;
    CK_BYTE* pAAD;
    CK_ULONG ulAADLen, ulTagBits;
};

using Unused = void*;

/// CK_FUNCTION_LIST of version 2: every function's place counts, also of those that are not used.
struct CK_FUNCTION_LIST {
    CK_VERSION version;
    CK_RV (*C_Initialize)(void* arguments);
    CK_RV (*C_Finalize)(void* reserved);
    Unused C_GetInfo, C_GetFunctionList;
    CK_RV (*C_GetSlotList)(CK_BYTE token_present, CK_ULONG* slots, CK_ULONG* count);
    Unused C_GetSlotInfo;
    CK_RV (*C_GetTokenInfo)(CK_ULONG slot, CK_TOKEN_INFO* info);
    Unused C_GetMechanismList;
    CK_RV (*C_GetMechanismInfo)(CK_ULONG slot, CK_ULONG mechanism, CK_MECHANISM_INFO* info);
    Unused C_InitToken, C_InitPIN, C_SetPIN;
    CK_RV (*C_OpenSession)(CK_ULONG slot, CK_ULONG flags, void* context, Unused notify, CK_ULONG* session);
    CK_RV (*C_CloseSession)(CK_ULONG session);
    Unused C_CloseAllSessions, C_GetSessionInfo, C_GetOperationState, C_SetOperationState;
    CK_RV (*C_Login)(CK_ULONG session, CK_ULONG user, CK_BYTE* pin, CK_ULONG length);
    CK_RV (*C_Logout)(CK_ULONG session);
    Unused C_CreateObject, C_CopyObject, C_DestroyObject, C_GetObjectSize;
    CK_RV (*C_GetAttributeValue)(CK_ULONG session, CK_ULONG object, CK_ATTRIBUTE* attributes, CK_ULONG count);
    Unused C_SetAttributeValue;
    CK_RV (*C_FindObjectsInit)(CK_ULONG session, CK_ATTRIBUTE* attributes, CK_ULONG count);
    CK_RV (*C_FindObjects)(CK_ULONG session, CK_ULONG* objects, CK_ULONG room, CK_ULONG* count);
    CK_RV (*C_FindObjectsFinal)(CK_ULONG session);
    CK_RV (*C_EncryptInit)(CK_ULONG session, CK_MECHANISM* mechanism, CK_ULONG key);
    CK_RV (*C_Encrypt)(CK_ULONG session, CK_BYTE* from, CK_ULONG size, CK_BYTE* to, CK_ULONG* room);
    Unused C_EncryptUpdate, C_EncryptFinal;
    CK_RV (*C_DecryptInit)(CK_ULONG session, CK_MECHANISM* mechanism, CK_ULONG key);
    CK_RV (*C_Decrypt)(CK_ULONG session, CK_BYTE* from, CK_ULONG size, CK_BYTE* to, CK_ULONG* room);
    Unused C_DecryptUpdate, C_DecryptFinal;
    Unused C_DigestInit, C_Digest, C_DigestUpdate, C_DigestKey, C_DigestFinal;
    Unused C_SignInit, C_Sign, C_SignUpdate, C_SignFinal, C_SignRecoverInit, C_SignRecover;
    Unused C_VerifyInit, C_Verify, C_VerifyUpdate, C_VerifyFinal, C_VerifyRecoverInit, C_VerifyRecover;
    Unused C_DigestEncryptUpdate, C_DecryptDigestUpdate, C_SignEncryptUpdate, C_DecryptVerifyUpdate;
    CK_RV(*C_GenerateKey)
    (CK_ULONG session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* attributes, CK_ULONG count, CK_ULONG* key);
    Unused C_GenerateKeyPair, C_WrapKey, C_UnwrapKey, C_DeriveKey, C_SeedRandom, C_GenerateRandom;
    Unused C_GetFunctionStatus, C_CancelFunction, C_WaitForSlotEvent;
};

}  // namespace myqsec::crypto::pkcs11
