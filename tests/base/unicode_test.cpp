#include "base/unicode.hpp"

#include <ctime>

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

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

std::clock_t time_of(std::size_t texts, std::size_t marks) {
    const auto text = "a" + repeated("\u0315\u0300", marks);
    const auto began = std::clock();
    for (std::size_t i = 0; i < texts; ++i)
        CHECK(to_nfc(text).size() < text.size());
    return std::clock() - began;
}

}  // namespace

TEST_CASE(
    "marks come in the order of their classes, however many there are, and those of one class as typed") {
    CHECK(to_nfc("q\u0307\u0323") == "q\u0323\u0307");
    CHECK(to_nfc("q\u0301\u0307\u0323\u0300") == "q\u0323\u0301\u0307\u0300");
    CHECK(to_nfc("\u0315\u0300a\u0315\u0300q\u0315\u0300") == "\u0300\u0315\u00E0\u0315q\u0300\u0315");
    CHECK(to_nfc("q" + repeated("\u0315\u0301\u0300\u0323", 500)) ==
          "q" + repeated("\u0323", 500) + repeated("\u0301\u0300", 500) + repeated("\u0315", 500));
}

TEST_CASE("a text of marks alone takes the time of its parts") {
    CHECK(time_of(1, 16000) < 5 * (time_of(16, 1000) + CLOCKS_PER_SEC / 100));
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
