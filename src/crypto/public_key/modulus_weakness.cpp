// RSA moduli that anybody can factor, told by the number alone.
#include <array>
#include <cstdint>
#include <string>

#include <botan/numthry.h>

#include "crypto/public_key/certificate_state.hpp"

namespace myqsec::crypto {

namespace {

constexpr Botan::word trial_bound = 1U << 16;
constexpr int fermat_steps = 100;

bool has_factor_below_bound(const Botan::BigInt& modulus) {
    for (Botan::word factor = 3; factor < trial_bound; factor += 2)
        if (modulus % factor == 0) return true;
    return false;
}

/// The largest number whose square is not above: Newton's method, from above.
Botan::BigInt square_root(const Botan::BigInt& square) {
    auto root = Botan::BigInt::power_of_2((square.bits() + 1) / 2);
    for (;;) {
        const Botan::BigInt next = (root + square / root) >> 1;
        if (next >= root) return root;
        root = next;
    }
}

bool is_square(const Botan::BigInt& number) {
    const auto low = number.byte_at(0) & 15;  // squares are 0, 1, 4 or 9 modulo 16
    if (low != 0 && low != 1 && low != 4 && low != 9) return false;
    const auto root = square_root(number);
    return root * root == number;
}

/// n = a² - b² with a small b: the primes are a ± b.
bool has_close_factors(const Botan::BigInt& modulus, const Botan::BigInt& root) {
    Botan::BigInt middle = root + 1;
    for (int step = 0; step < fermat_steps; ++step, middle += 1)
        if (is_square(middle * middle - modulus)) return true;
    return false;
}

/// Fermat's test to the base 2: a product of two primes that were drawn passes it with no probability worth
/// naming.
bool passes_as_prime(const Botan::BigInt& modulus) {
    return Botan::power_mod(Botan::BigInt(2), modulus - 1, modulus) == 1;
}

/// Nemec et al., "The Return of Coppersmith's Attack" (2017), §2: primes k·M + (65537^a mod M), M a product
/// of the first primes, so that the modulus is a power of 65537 modulo each. Others are so with 2^-150.
bool has_roca_structure(const Botan::BigInt& modulus) {
    constexpr std::array<std::uint16_t, 38> primes = {
        3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
        73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
    for (const std::uint32_t prime : primes) {
        const auto wanted = modulus % prime;
        std::uint32_t power = 1;
        do {
            if (power == wanted) break;
            power = power * (65537U % prime) % prime;
        } while (power != 1);
        if (power != wanted) return false;
    }
    return true;
}

}  // namespace

std::string modulus_weakness(const Botan::BigInt& modulus) {
    if (has_factor_below_bound(modulus)) return "its RSA modulus has a small factor";
    const auto root = square_root(modulus);
    if (root * root == modulus) return "its RSA modulus is a square, whose root anybody can take";
    if (has_close_factors(modulus, root))
        return "the primes of its RSA modulus are so close that anybody can find them";
    if (passes_as_prime(modulus)) return "its RSA modulus is a single prime, so that anybody can decrypt";
    if (has_roca_structure(modulus))
        return "its RSA key comes from a generator whose keys can be factored (ROCA, CVE-2017-15361)";
    return {};
}

}  // namespace myqsec::crypto
