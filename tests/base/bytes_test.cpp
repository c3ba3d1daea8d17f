#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/text.hpp"

using namespace myqsec;

TEST_CASE("integers are big-endian and round-trip") {
    ByteWriter writer;
    writer.integer<std::uint32_t>(0x01020304).field(as_bytes("ab"));
    CHECK(to_hex(writer.bytes()) == "01020304000000026162");
    ByteReader reader(writer.bytes(), "a test record");
    CHECK(reader.integer<std::uint32_t>() == 0x01020304);
    CHECK(as_text(reader.field()) == "ab");
    CHECK_NOTHROW(reader.expect_end());
}

TEST_CASE("reading past the end is an error that names the record") {
    const Bytes bytes = from_hex("00000005aa");
    ByteReader reader(bytes, "a test record");
    CHECK_THROWS_WITH_AS(reader.field(), "a test record ends too early: 5 bytes expected, 1 left", Error);
}

TEST_CASE("hexadecimal text round-trips and refuses anything else") {
    CHECK(to_hex(from_hex("00fFa0")) == "00ffa0");
    CHECK_THROWS_AS(from_hex("0"), Error);
    CHECK_THROWS_AS(from_hex("0g"), Error);
}

TEST_CASE("UTF-8 is accepted only in its shortest, well-formed shape") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("Příliš žluťoučký \xF0\x9F\x96\xA8"));
    CHECK_FALSE(is_utf8("\xC0\xAF"));          // overlong '/'
    CHECK_FALSE(is_utf8("\xE0\x80\xAF"));      // overlong '/'
    CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
    CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
    CHECK_FALSE(is_utf8("abc\xE2\x82"));       // cut off
    CHECK_FALSE(is_utf8("\x80"));
}

TEST_CASE("base64 is that of RFC 4648, and has one spelling") {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [text, encoded] : vectors) {
        CHECK(to_base64(as_bytes(text)) == encoded);
        const auto decoded = from_base64(encoded);
        REQUIRE(decoded);
        CHECK(as_text(*decoded) == text);
    }
    for (const auto* bad :
         {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n", "=Zg=", "Z===", "____"})
        CHECK_FALSE(from_base64(bad));
}
