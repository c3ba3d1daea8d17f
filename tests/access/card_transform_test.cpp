// Card transforms: what each step does, and what holds of it for any card.
#include "access/cards/card_transform.hpp"

#include <random>
#include <regex>

#include <doctest/doctest.h>

#include "access/cards/card_pattern.hpp"
#include "base/error.hpp"
#include "base/status_of.hpp"

using namespace myqsec;
using access::CardTransform;
using access::card_text::Pattern;
using test::status_of;

namespace {

std::string transformed(const std::string& expression, const std::string& card) {
    return CardTransform::parse(expression).apply(card);
}

std::string refusal(const std::string& expression, const std::string& card = "04A2B3C4") {
    try {
        return "taken: " + transformed(expression, card);
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_INVALID_ARGUMENT);
        return error.what();
    }
}

/// Cards and expressions, the same in every run.
class Random {
 public:
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
    }
    std::string of(std::string_view alphabet, std::size_t size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i)
            text += alphabet[below(alphabet.size())];
        return text;
    }
    std::string bytes() { return of("0123456789ABCDEF", 2 * (1 + below(20))); }

 private:
    std::mt19937 engine_{1301};
};

std::string without_zeros(const std::string& digits) {
    const auto first = digits.find_first_not_of('0');
    return first == std::string::npos ? "0" : digits.substr(first);
}

std::string wiegand26_of(unsigned facility, unsigned number) {
    const auto odd = [](unsigned bits) { return __builtin_popcount(bits) % 2 != 0; };
    const unsigned high = facility << 4 | number >> 12;
    const unsigned low = number & 0xFFFU;
    const unsigned bits = (odd(high) ? 1U : 0U) << 25 | facility << 17 | number << 1 | (odd(low) ? 0U : 1U);
    return fmt::format("{:07X}", bits);
}

/// As the chip sends it: header, rows with parity, column parities, stop bit.
std::string em4100_frame(std::uint64_t number) {
    std::string bits(9, '1');
    int columns[4] = {};
    for (int row = 9; row >= 0; --row) {
        int ones = 0;
        for (int column = 3; column >= 0; --column) {
            const int bit = static_cast<int>(number >> (4 * row + column) & 1U);
            bits += static_cast<char>('0' + bit);
            ones += bit;
            columns[3 - column] ^= bit;
        }
        bits += static_cast<char>('0' + ones % 2);
    }
    for (const int column : columns)
        bits += static_cast<char>('0' + column);
    return fmt::format("{:016X}", std::stoull(bits + "0", nullptr, 2));
}

}  // namespace

TEST_CASE("a card's text is transformed step by step, in the order in which they are written") {
    CHECK(transformed("hex-to-decimal | drop 2 left | pad 10 0", "04A2B3C4") == "0000771716");
    CHECK(transformed("", "\x02 04:a2 \r\n") == "\x02 04:a2 \r\n");
    CHECK(transformed("take 4 right",
                      "\x02"
                      "04A2B3C4\r\n\x03") == "B3C4");
    CHECK(transformed("hex-to-decimal", "04:A2-B3.C4") == "77771716");
    CHECK(transformed("prefix \"a | b\" | suffix \"\\\"\"", "77") == "a | b77\"");
    CHECK(transformed("pad 6 * right", "77") == "77****");
    CHECK(transformed("swap-nibbles", "04A2") == "402A");
    CHECK(transformed("reverse-nibbles", "04A2") == "2A40");
    CHECK(transformed("reverse-byte-bits", "0180") == "8001");
    CHECK(transformed("reverse-bits", "0001") == "8000");
    CHECK(transformed("drop-checksum sum", "010203") == "0102");
    CHECK(transformed("drop-checksum luhn", "79927398713") == "7992739871");
    CHECK(transformed("wiegand26 facility", "06C7CDB") == "054");
    CHECK(transformed("wiegand26 number", "00000000006C7CDB") == "15981");
    CHECK(transformed("wiegand26", "00011011000111110011011011") == "05415981");
}

TEST_CASE("a wrong expression is refused with the place of the mistake") {
    CHECK(refusal("hex-to-decimal | dorp 2 left")
              .starts_with("card transform, at character 18: there is no such"));
    CHECK(refusal("drop 2").starts_with("card transform, at character 1: this step is written: drop COUNT"));
    CHECK(
        refusal("drop 2 up").starts_with("card transform, at character 8: this must be one of: left, right"));
    CHECK(refusal("drop 0 left").starts_with("card transform, at character 6: this must be a number from 1"));
    CHECK(refusal("drop 99999999999999999999 left").starts_with("card transform, at character 6: this must"));
    CHECK(refusal("pad 10 00").starts_with("card transform, at character 8: this must be the one character"));
    CHECK(
        refusal("hex-to-decimal 5").starts_with("card transform, at character 16: hex-to-decimal takes no"));
    CHECK(refusal("| hex-to-decimal").starts_with("card transform, at character 1: a step belongs"));
    CHECK(refusal("hex-to-decimal |").starts_with("card transform, at character 16: a step belongs"));
    CHECK(refusal("hex-to-decimal || take 1 left")
              .starts_with("card transform, at character 17: a step belongs"));
    CHECK(refusal("prefix \"a").starts_with("card transform, at character 8: this \" has no other"));
    CHECK(refusal("prefix \xC3\xA9").starts_with("card transform, at character 8: an expression is written"));
    CHECK(refusal("capture \"(a\"").starts_with("card transform, at character 10: this ( is not closed"));
    CHECK(refusal("capture \"\\\"(a)]*(\"")
              .starts_with("card transform, at character 17: this ( is not closed"));
    CHECK(refusal(std::string(1001, ' ')) == "a card transform has at most 1000 bytes");
}

TEST_CASE("what a step does not take is refused with its name, and never shown") {
    for (const std::string step :
         {"hex-to-decimal", "decimal-to-hex", "reverse-bytes", "reverse-nibbles", "swap-nibbles",
          "reverse-bits", "reverse-byte-bits", "capture (\\d+)", "wiegand26", "wiegand34", "em4100 10H",
          "drop-checksum xor", "drop-checksum sum", "drop-checksum luhn"}) {
        const auto sentence = refusal(step, "SECRET-77");
        CHECK_MESSAGE(
            sentence.find("step " + step.substr(0, step.find(' ')) + " failed: ") != std::string::npos,
            sentence);
        CHECK(sentence.find("SECRET") == std::string::npos);
    }
    CHECK(refusal("reverse-bytes", "123").find("odd number of digits") != std::string::npos);
    CHECK(refusal("drop-checksum xor", "0102").find("checksum") != std::string::npos);
    CHECK(refusal("drop-checksum luhn", "79927398710").find("check digit") != std::string::npos);
    CHECK(refusal("wiegand26", "06C7CDA").find("parity") != std::string::npos);
    CHECK(refusal("wiegand26", "FFFFFFFF").find("more than 26 bits") != std::string::npos);
    CHECK(refusal("take 4 left", "\x7F\x7F\x7F\x7F").find("characters of ASCII") != std::string::npos);
    CHECK(refusal("take 4 left", std::string(257, '7')).find("at most 256") != std::string::npos);
    CHECK(refusal("prefix " + std::string(200, 'x') + " | prefix " + std::string(200, 'x'))
              .find("more than 256") != std::string::npos);
}

TEST_CASE("whatever the card, what a step does is undone by its opposite") {
    Random random;
    for (int i = 0; i < 3000; ++i) {
        const auto hex = random.bytes();
        CAPTURE(hex);
        CHECK(transformed("hex-to-decimal | decimal-to-hex", hex) == without_zeros(hex));
        for (const std::string step :
             {"reverse-bytes", "reverse-nibbles", "swap-nibbles", "reverse-bits", "reverse-byte-bits"})
            CHECK(transformed(step + " | " + step, hex) == hex);
        CHECK(transformed("reverse-bytes | reverse-byte-bits", hex) == transformed("reverse-bits", hex));
        CHECK(transformed("swap-nibbles | reverse-bytes", hex) == transformed("reverse-nibbles", hex));
        const auto count = std::to_string(1 + random.below(45));
        for (const std::string side : {"left", "right"}) {
            const auto other = side == "left" ? "right" : "left";
            const auto kept = transformed("take " + count + " " + side, hex);
            const auto rest = transformed("drop " + count + " " + side, hex);
            CHECK((side == "left" ? kept + rest : rest + kept) == hex);
            const auto padded = transformed("pad " + count + " * " + side, hex);
            CHECK(padded.size() == std::max<std::size_t>(hex.size(), std::stoul(count)));
            CHECK(transformed("take " + std::to_string(hex.size()) + " " + other, padded) == hex);
        }
    }
}

TEST_CASE("facility and number come out of Wiegand's bits as they went in, and one wrong bit is seen") {
    Random random;
    for (int i = 0; i < 3000; ++i) {
        const auto facility = static_cast<unsigned>(random.below(256));
        const auto number = static_cast<unsigned>(random.below(65536));
        const auto bits = wiegand26_of(facility, number);
        CHECK(transformed("wiegand26", bits) == fmt::format("{:03}{:05}", facility, number));
        const auto wrong = std::stoul(bits, nullptr, 16) ^ 1UL << random.below(26);
        CHECK(refusal("wiegand26", fmt::format("{:07X}", wrong)).find("parity") != std::string::npos);
    }
    CHECK(transformed("wiegand34", "28000000D") == "1638400006");
}

TEST_CASE("an EM4100 card has its printed numbers, sent or read, and one wrong bit is seen") {
    // The numbers that are printed on one card: EM4102 code 0102B0A5FD.
    CHECK(transformed("em4100 10H", "0102b0a5fd") == "0102B0A5FD");
    CHECK(transformed("em4100 13D", "0102b0a5fd") == "0004340098557");
    CHECK(transformed("em4100 10D", "0102b0a5fd") == "0045131261");
    CHECK(transformed("em4100 8D", "0102b0a5fd") == "11576829");
    CHECK(transformed("em4100 3.5D", "0102b0a5fd") == "17642493");
    CHECK(transformed("em4100 5.5D", "0102b0a5fd") == "0068842493");
    Random random;
    for (int i = 0; i < 2000; ++i) {
        const auto number = std::stoull(random.of("0123456789ABCDEF", 10), nullptr, 16);
        const auto frame = em4100_frame(number);
        CHECK(transformed("em4100 10H", frame) == fmt::format("{:010X}", number));
        const auto wrong = std::stoull(frame, nullptr, 16) ^ 1ULL << random.below(64);
        CHECK(refusal("em4100 10H", fmt::format("{:016X}", wrong)).find("not read correctly") !=
              std::string::npos);
    }
}

TEST_CASE("a pattern captures what a regular expression captures") {
    Random random;
    int matched = 0;
    for (int i = 0; i < 20000; ++i) {
        const auto part = [&]() -> std::string {
            static constexpr std::string_view parts[] = {
                "a",  "b",         "[ab]",      "[^a]",       ".",         "a*",  "b+",
                "a?", "(?:ab|ba)", "(?:a|ab)*", "[a-b]{1,2}", "(?:b{2})?", "\\w", "\\d?"};
            return std::string(parts[random.below(std::size(parts))]);
        };
        const auto some = [&] {
            std::string out;
            for (auto n = random.below(3); n > 0; --n)
                out += part();
            return out;
        };
        auto pattern = some() + "(" + some() + (random.below(4) == 0 ? "|" + some() : "") + ")" + some();
        if (random.below(3) == 0) pattern += "(" + some() + ")" + some();
        const auto text = random.of("ab1", random.below(9));
        CAPTURE(pattern);
        CAPTURE(text);
        std::smatch expected;
        const bool matches = std::regex_match(text, expected, std::regex(pattern));
        const auto captured = Pattern(pattern).capture(text);
        REQUIRE(captured.has_value() == matches);
        if (!matches) continue;
        ++matched;
        std::string joined;
        for (std::size_t group = 1; group < expected.size(); ++group)
            joined += expected[group].str();
        CHECK(*captured == joined);
    }
    CHECK(matched > 1000);
}

TEST_CASE("no pattern takes longer than its length times the text's") {
    // Each would take a backtracking matcher more steps than there are atoms.
    const std::string text(256, 'a');
    CHECK_FALSE(Pattern("(?:(?:a*)*)*(b)").capture(text));
    CHECK_FALSE(Pattern("(?:a|a)*(b)").capture(text));
    CHECK_FALSE(Pattern("(?:a?){200}a{100}(b)").capture(text));
    CHECK(Pattern("(?:(?:a|aa)+)+(a)").capture(text) == "a");
    CHECK(status_of([] { CardTransform::parse("capture \"(?:(?:(?:a{9}){9}){9}){9}(b)\""); }) ==
          Status::ERR_INVALID_ARGUMENT);
    CHECK(refusal("capture \"(?:a{256}){256}(b)\"").find("too large") != std::string::npos);
}

TEST_CASE("a pattern that would be read in more than one way is refused") {
    CHECK(refusal("capture \"(a)+\"").find("can't be repeated") != std::string::npos);
    CHECK(refusal("capture \"(a(b))\"").find("inside another") != std::string::npos);
    CHECK(refusal("capture abc").find("captures nothing") != std::string::npos);
    CHECK(refusal("capture \"(a**)\"").find("one repetition follows") != std::string::npos);
    CHECK(refusal("capture \"*(a)\"").find("nothing before this") != std::string::npos);
    CHECK(refusal("capture \"(a{3,2})\"").find("least number") != std::string::npos);
    CHECK(refusal("capture \"(a{300})\"").find("at most 256") != std::string::npos);
    CHECK(refusal("capture \"([z-a])\"").find("ends before it begins") != std::string::npos);
    CHECK(refusal("capture \"([])\"").find("holds no character") != std::string::npos);
    CHECK(refusal("capture \"([ab)\"").find("[ is not closed") != std::string::npos);
    CHECK(refusal("capture \"(a))\"").find("closes nothing") != std::string::npos);
    CHECK(refusal("capture \"(?=a)\"").find("only (?:") != std::string::npos);
    CHECK(refusal("capture \"(\\1)\"").find("escapes a sign") != std::string::npos);
    CHECK(refusal("capture \"(a^b)\"").find("whole text") != std::string::npos);
    CHECK(refusal("capture \"(?:(?:(?:(?:(?:(?:(?:(?:(?:a\"").find("deep at most") != std::string::npos);
    CHECK(transformed("capture \"^FC:(\\d{3}) CN:(\\d+)$\"", "FC:054 CN:15981") == "05415981");
    CHECK(transformed("capture \"[^=]*=(\\w+)[?]\"", ";6391=77AB?") == "77AB");
    CHECK(transformed("capture \"([\\]-])x\"", "]x") == "]");
    CHECK(transformed("capture \"(a|)b\"", "b") == "");
}
