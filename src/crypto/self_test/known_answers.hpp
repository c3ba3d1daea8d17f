// The known answers of the self-test, as hexadecimal text, each with its source.
#pragma once

#include <string_view>

namespace myqsec::crypto::known_answers {

// FIPS 180-4 example, "abc".
inline constexpr std::string_view sha256_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

// RFC 4231 §4.3, key "Jefe".
inline constexpr std::string_view hmac_text = "what do ya want for nothing?";
inline constexpr std::string_view hmac_jefe =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

// RFC 8032 §7.1, test 2.
inline constexpr std::string_view ed25519_seed =
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
inline constexpr std::string_view ed25519_key =
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
inline constexpr std::string_view ed25519_message = "72";
inline constexpr std::string_view ed25519_signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

// RFC 5869 §A.1.
inline constexpr std::string_view hkdf_key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
inline constexpr std::string_view hkdf_salt = "000102030405060708090a0b0c";
inline constexpr std::string_view hkdf_info = "f0f1f2f3f4f5f6f7f8f9";
inline constexpr std::string_view hkdf_output =
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";

// The GCM specification (McGrew, Viega), test case 16: AES-256 with associated data.
inline constexpr std::string_view gcm_key =
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
inline constexpr std::string_view gcm_nonce = "cafebabefacedbaddecaf888";
inline constexpr std::string_view gcm_associated = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
inline constexpr std::string_view gcm_text =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
inline constexpr std::string_view gcm_sealed =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    "76fc6ece0f4e1768cddf8853bb2d551b";

// draft-irtf-cfrg-xchacha-03 §A.3.1.
inline constexpr std::string_view xchacha_key =
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";
inline constexpr std::string_view xchacha_nonce = "404142434445464748494a4b4c4d4e4f5051525354555657";
inline constexpr std::string_view xchacha_associated = "50515253c0c1c2c3c4c5c6c7";
inline constexpr std::string_view xchacha_text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
    "would "
    "be it.";
inline constexpr std::string_view xchacha_sealed =
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
    "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
    "21f9664c97637da9768812f615c68b13b52e"
    "c0875924c1c7987947deafd8780acf49";

// C2SP XAES-256-GCM: key 32 times 01, no associated data.
inline constexpr std::string_view xaes_nonce = "ABCDEFGHIJKLMNOPQRSTUVWX";
inline constexpr std::string_view xaes_text = "XAES-256-GCM";
inline constexpr std::string_view xaes_sealed = "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271";

// RFC 5649, made with OpenSSL: the bytes 00 … 1f under the key ff, fe, … e0.
inline constexpr std::string_view kwp_wrapped =
    "482416b574641f77ddb2de5a74bdba2527eac8f835ee1f60ac905033d98223426e5236ad418707c4";

// The reference implementation's test: version 19, t = 2, m = 256 KiB, p = 1, "password", "somesalt".
inline constexpr std::string_view argon2id_output =
    "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe";

}  // namespace myqsec::crypto::known_answers
