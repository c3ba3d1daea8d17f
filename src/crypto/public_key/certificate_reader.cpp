// X.509 certificates (RFC 5280 §4.1) as recipients. Read here rather than by Botan's class, which computes
// with a key of any size before anybody could look at it, and knows no date past the year 3100.
#include <algorithm>
#include <chrono>
#include <vector>

#include <botan/ber_dec.h>
#include <botan/data_src.h>
#include <botan/x509_dn.h>
#include <botan/x509_key.h>
#include <botan/x509_obj.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/public_key/certificate_state.hpp"
#include "crypto/public_key/der.hpp"

namespace myqsec::crypto {

namespace {

// Object identifiers, as their contents in hexadecimal.
constexpr std::string_view rsa_encryption = "2a864886f70d010101";
constexpr std::string_view ec_public_key = "2a8648ce3d0201";
constexpr std::string_view curve_p256 = "2a8648ce3d030107";
constexpr std::string_view curve_p384 = "2b81040022";
constexpr std::string_view subject_key_id = "551d0e";
constexpr std::string_view authority_key_id = "551d23";
constexpr std::string_view key_usage = "551d0f";
constexpr std::string_view extended_key_usage = "551d25";
constexpr std::string_view basic_constraints = "551d13";

/// What else of RFC 5280 §4.2.1 may be critical: it names subject and issuer, tells where revocations are, or
/// limits who may issue what; chains are not checked.
struct OtherExtension {
    std::string_view name;
    std::uint8_t form;
};
constexpr OtherExtension other_extensions[] = {
    {"551d11", der::sequence},  // subjectAltName
    {"551d12", der::sequence},  // issuerAltName
    {"551d1e", der::sequence},  // nameConstraints
    {"551d1f", der::sequence},  // cRLDistributionPoints
    {"551d20", der::sequence},  // certificatePolicies
    {"551d21", der::sequence},  // policyMappings
    {"551d24", der::sequence},  // policyConstraints
    {"551d36", der::integer},   // inhibitAnyPolicy
};

constexpr std::string_view unusable_key =
    "its key cannot be used: RSA of 2048 to 8192 bits or EC P-256 or P-384 is needed";

/// Botan's code that checks a signature, without its certificate.
class SignedObject final : public Botan::X509_Object {
 public:
    explicit SignedObject(ByteView der) {
        Botan::DataSource_Memory source(der.data(), der.size());
        load_data(source);
    }
    std::string PEM_label() const override { return "CERTIFICATE"; }

 private:
    void force_decode() override {}
};

unsigned digits(ByteView& text, std::size_t count) {
    unsigned value = 0;
    for (const auto digit : text.first(count)) {
        if (digit < '0' || digit > '9')
            fail(Status::ERR_INVALID_ARGUMENT, "the certificate's dates are not as RFC 5280 has them");
        value = value * 10 + (digit - '0');
    }
    text = text.subspan(count);
    return value;
}

/// RFC 5280 §4.1.2.5: YYMMDDHHMMSSZ for 1950 to 2049, YYYYMMDDHHMMSSZ for all years.
Instant read_time(DerReader& reader) {
    using namespace std::chrono;
    const auto item = reader.take();
    const bool two_digits = item.tag == der::utc_time;
    auto text = item.content;
    if ((!two_digits && item.tag != der::generalized_time) || text.size() != (two_digits ? 13 : 15) ||
        text.back() != 'Z')
        fail(Status::ERR_INVALID_ARGUMENT, "the certificate's dates are not as RFC 5280 has them");
    auto year_number = digits(text, two_digits ? 2 : 4);
    if (two_digits) year_number += year_number < 50 ? 2000 : 1900;
    const auto month_number = digits(text, 2);
    const auto day_number = digits(text, 2);
    const auto date = year(static_cast<int>(year_number)) / month(month_number) / day(day_number);
    const auto hour = digits(text, 2);
    const auto minute = digits(text, 2);
    const auto second = digits(text, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59)
        fail(Status::ERR_INVALID_ARGUMENT, "one of the certificate's dates does not exist");
    return Instant(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second);
}

/// What holds one item of that kind, and nothing behind it.
ByteView only(ByteView value, std::uint8_t tag) {
    DerReader reader(value);
    const auto content = reader.take(tag);
    reader.expect_end();
    return content;
}

struct SubjectKey {
    std::optional<RecipientKey> kind;
    std::string objection;
};

/// SEC 1 §2.3: a point's octets, and none behind them. The point at infinity, one octet, is nobody's key, and
/// the hybrid form says the same thing twice.
SubjectKey judge_point(ByteView bits, RecipientKey curve, std::size_t coordinate) {
    const std::uint8_t form = bits.size() > 1 && bits[0] == 0 ? bits[1] : 0;
    const bool compressed = (form == 2 || form == 3) && bits.size() == 2 + coordinate;
    const bool uncompressed = form == 4 && bits.size() == 2 + 2 * coordinate;
    if (compressed || uncompressed) return {curve, {}};
    return {{}, "its key is no point of its curve, compressed or uncompressed, or something follows it"};
}

/// SubjectPublicKeyInfo, by its numbers' sizes alone: RFC 3279 §2.3.1, RFC 5480 §2.1.1.
SubjectKey judge_key(ByteView info) {
    DerReader reader(info);
    DerReader algorithm(reader.take(der::sequence));
    const auto name = algorithm.take(der::object_id);
    auto bits = reader.take(der::bit_string);
    reader.expect_end();
    if (is_object_id(name, rsa_encryption) && !bits.empty() && bits[0] == 0) {
        DerReader key(only(bits.subspan(1), der::sequence));
        const auto modulus = der_magnitude(key.take(der::integer));
        const auto exponent = der_magnitude(key.take(der::integer));
        key.expect_end();
        const Botan::BigInt n(modulus.data(), modulus.size());
        auto objection = rsa_objection(n, Botan::BigInt(exponent.data(), exponent.size()));
        if (objection.empty()) objection = modulus_weakness(n);
        return {RecipientKey::rsa, std::move(objection)};
    }
    if (is_object_id(name, ec_public_key) && algorithm.next_is(der::object_id)) {
        const auto curve = algorithm.take(der::object_id);
        if (is_object_id(curve, curve_p256)) return judge_point(bits, RecipientKey::ec_p256, 32);
        if (is_object_id(curve, curve_p384)) return judge_point(bits, RecipientKey::ec_p384, 48);
    }
    return {{}, std::string(unusable_key)};
}

bool bit_is_set(ByteView bits, std::size_t number) {
    const std::size_t at = 1 + number / 8;  // behind the count of unused bits
    return at < bits.size() && (bits[at] >> (7 - number % 8) & 1) != 0;
}

std::string usage_objection(ByteView value, RecipientKey key) {
    constexpr std::size_t key_encipherment = 2;
    constexpr std::size_t key_agreement = 4;
    constexpr std::size_t encipher_only = 7;
    const auto bits = only(value, der::bit_string);
    if (key == RecipientKey::rsa && !bit_is_set(bits, key_encipherment))
        return "its key usage does not allow key encipherment";
    if (key != RecipientKey::rsa && !bit_is_set(bits, key_agreement))
        return "its key usage does not allow key agreement";
    if (key != RecipientKey::rsa && bit_is_set(bits, encipher_only))
        return "its key usage lets its holder encipher only, and so decipher nothing";  // RFC 5280 §4.2.1.3
    return {};
}

/// Critical means: for these purposes alone (RFC 5280 §4.2.1.12). E-mail protection is the one of the RFC
/// that encrypts documents; the others are Microsoft's, for document encryption and encrypted files.
std::string purpose_objection(ByteView value) {
    constexpr std::string_view encrypting[] = {"551d2500", "2b06010505070304", "2b0601040182375001",
                                               "2b0601040182370a0304"};
    DerReader purposes(only(value, der::sequence));
    while (!purposes.empty()) {
        const auto purpose = purposes.take(der::object_id);
        if (std::ranges::any_of(encrypting, [&](auto each) { return is_object_id(purpose, each); }))
            return {};
    }
    return "its extended key usage, which is critical, allows no encryption of documents";
}

/// False where it is left out.
bool read_flag(DerReader& reader) {
    const auto flag = reader.take_if(der::boolean);
    if (flag && flag->size() != 1) fail(Status::ERR_INVALID_ARGUMENT, "the certificate is damaged");
    return flag && flag->front() != 0;
}

/// Whether it is an authority's, and how long its chains may be.
void read_basic_constraints(ByteView value) {
    DerReader constraints(only(value, der::sequence));
    (void)read_flag(constraints);
    (void)constraints.take_if(der::integer);
    constraints.expect_end();
}

std::string unread_objection(ByteView name, ByteView value) {
    const auto* const known = std::ranges::find_if(
        other_extensions, [&](const OtherExtension& each) { return is_object_id(name, each.name); });
    if (known == std::end(other_extensions)) return "it has a critical extension that is not known here";
    (void)only(value, known->form);
    return {};
}

struct Extensions {
    std::string objection;
    ByteView subject_key;
    ByteView authority_key;
};

void read_extension(DerReader one, RecipientKey key, Extensions& into) {
    constexpr std::uint8_t key_identifier = 0x80;
    const auto name = one.take(der::object_id);
    const bool critical = read_flag(one);
    const auto value = one.take(der::octet_string);
    one.expect_end();
    std::string objection;
    if (is_object_id(name, subject_key_id)) {
        into.subject_key = only(value, der::octet_string);
    } else if (is_object_id(name, authority_key_id)) {
        DerReader authority(only(value, der::sequence));
        into.authority_key = authority.take_if(key_identifier).value_or(ByteView());
    } else if (is_object_id(name, key_usage)) {
        objection = usage_objection(value, key);
    } else if (critical && is_object_id(name, extended_key_usage)) {
        objection = purpose_objection(value);
    } else if (is_object_id(name, basic_constraints)) {
        read_basic_constraints(value);
    } else if (critical) {
        objection = unread_objection(name, value);
    }
    if (into.objection.empty()) into.objection = std::move(objection);
}

Extensions read_extensions(ByteView content, RecipientKey key) {
    Extensions out;
    DerReader list(only(content, der::sequence));
    while (!list.empty())
        read_extension(DerReader(list.take(der::sequence)), key, out);
    return out;
}

std::string subject_text(ByteView whole) {
    Botan::X509_DN name;
    Botan::BER_Decoder decoder(whole.data(), whole.size());
    name.decode_from(decoder);
    return name.to_string();
}

}  // namespace

void read_certificate(ByteView der_bytes, Certificate::State& into) {
    DerReader file(der_bytes);
    DerReader outer(file.take(der::sequence));
    if (!file.empty()) fail(Status::ERR_INVALID_ARGUMENT, "something follows the certificate");
    DerReader fields(outer.take(der::sequence));
    const auto algorithm = outer.take();
    (void)outer.take(der::bit_string);
    outer.expect_end();

    (void)fields.take_if(der::context);  // the version
    (void)fields.take(der::integer);     // the serial number
    const bool one_algorithm = std::ranges::equal(fields.take().whole, algorithm.whole);
    const auto issuer = fields.take();
    DerReader validity(fields.take(der::sequence));
    into.not_before = read_time(validity);
    into.not_after = read_time(validity);
    const auto subject = fields.take();
    const auto key_info = fields.take();
    if (!one_algorithm || issuer.tag != der::sequence || subject.tag != der::sequence ||
        key_info.tag != der::sequence)
        fail(Status::ERR_INVALID_ARGUMENT, "the certificate is damaged");
    into.subject = subject_text(subject.whole);

    into.der = copy_of(der_bytes);
    const auto key = judge_key(key_info.content);
    into.objection = key.objection;
    if (!key.kind || !key.objection.empty()) return;
    into.key = std::unique_ptr<Botan::Public_Key>(Botan::X509::load_key(copy_of(key_info.whole)));
    Extensions extensions;
    while (!fields.empty()) {
        const auto item = fields.take();
        if (item.tag != der::context + 3) continue;
        extensions = read_extensions(item.content, *key.kind);
        fields.expect_end();
    }
    into.objection = extensions.objection;
    // An authority's new certificate under its old name is signed with its old key: the key ids tell.
    const auto& [objection, ours, theirs] = extensions;
    into.signed_by_itself = std::ranges::equal(issuer.whole, subject.whole) &&
                            (ours.empty() || theirs.empty() || std::ranges::equal(ours, theirs));
}

bool own_signature_is_right(const Certificate::State& state) {
    return SignedObject(state.der).check_signature(*state.key);
}

}  // namespace myqsec::crypto
