// Scripts that are in everyday use (UAX #31, table 5: recommended), for telling names that mix them.
#pragma once

#include <cstdint>

namespace myqsec::access {

/// A set of scripts, a bit for each.
using Scripts = std::uint32_t;

/// ISO 15924's codes.
namespace script {
enum : Scripts {
    arab = 1U << 0,
    armn = 1U << 1,
    beng = 1U << 2,
    bopo = 1U << 3,
    cyrl = 1U << 4,
    deva = 1U << 5,
    ethi = 1U << 6,
    geor = 1U << 7,
    grek = 1U << 8,
    gujr = 1U << 9,
    guru = 1U << 10,
    hang = 1U << 11,
    hani = 1U << 12,
    hebr = 1U << 13,
    hira = 1U << 14,
    kana = 1U << 15,
    khmr = 1U << 16,
    knda = 1U << 17,
    laoo = 1U << 18,
    latn = 1U << 19,
    mlym = 1U << 20,
    mymr = 1U << 21,
    orya = 1U << 22,
    sinh = 1U << 23,
    taml = 1U << 24,
    telu = 1U << 25,
    thaa = 1U << 26,
    thai = 1U << 27,
    tibt = 1U << 28,
    any = (1U << 29) - 1,
};
}  // namespace script

/// The scripts that a letter, mark or digit is written in (Script_Extensions, UAX #24); none for those of
/// other scripts.
[[nodiscard]] Scripts scripts_of(char32_t character);

}  // namespace myqsec::access
