#include "base/unicode.hpp"

#include <doctest/doctest.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/status_of.hpp"

using namespace myqsec;
using test::status_of;

TEST_CASE("composed and decomposed accents are one text") {
    const std::string composed = "m\u016Fj k\u016F\u0148 Jos\u00E9";
    CHECK(to_nfc("mu\u030Aj ku\u030An\u030C Jose\u0301") == composed);
    CHECK(to_nfc(composed) == composed);
    CHECK(to_nfc("\u1100\u1161\u11A8") == "\uAC01");
    CHECK(to_nfc("plain") == "plain");
    CHECK(to_nfc("").empty());
    CHECK(status_of([] { (void)to_nfc("\xC3("); }) == Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("whatever a text holds, a cleaned one is well-formed, harmless and short enough") {
    CHECK(cleaned("Kuendigung\r\n\x1B[31m.pdf", 100) == "Kuendigung   [31m.pdf");
    CHECK(cleaned("invoice\u202Efdp.exe\u2066", 100) == "invoicefdp.exe");
    CHECK(cleaned("a\uFFFFb\U0001FFFEc\uFDD0", 100) == "abc");
    CHECK(cleaned("a\u0085b\u2028c\uFEFF", 100) == "a b c ");
    CHECK(cleaned("caf\xE9.ps", 100) == "caf\uFFFD.ps");
    CHECK(cleaned("cafe\u0301", 100) == "caf\u00E9");
    CHECK(cleaned("caf\u00E9", 4) == "caf");
    CHECK(cleaned("\u5B57\u5B57", 5) == "\u5B57");
    CHECK(cleaned("\u05E9\u05DC\u05D5\u05DD \u200D\U0001F600", 100) ==
          "\u05E9\u05DC\u05D5\u05DD \u200D\U0001F600");
    std::string bytes;
    for (int i = 1; i < 256; ++i)
        bytes += static_cast<char>(i);
    for (std::size_t most = 0; most < 300; ++most) {
        const auto text = cleaned(bytes, most);
        CHECK(text.size() <= most);
        CHECK(is_utf8(text));
    }
}
