// A device's card transform, and the text of a card that a reader gives: both are anybody's. Up to the first
// line feed the input is the expression, behind it the card.
#include "access/cards/card_transform.hpp"
#include "access/identity/names.hpp"
#include "fuzz/fuzz_target.hpp"

namespace myqsec::fuzz {

void run(ByteView input) {
    const auto text = as_text(input);
    const auto line = std::min(text.find('\n'), text.size());
    const auto card = text.substr(std::min(line + 1, text.size()));
    (void)attempt(
        [&] {
            const auto transform = access::CardTransform::parse(text.substr(0, line));
            const auto once = transform.apply(card);
            require(once == transform.apply(card), "one card is one card");
            require(once.size() <= std::max(card.size(), access::CardTransform::longest_text),
                    "no step makes a text longer than it may be");
            (void)access::normalise_card(once);
        },
        {Status::ERR_INVALID_ARGUMENT});
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> inputs;
    for (const std::string_view one :
         {"hex-to-decimal | drop 2 left | pad 10 0\n04A2B3C4", "decimal-to-hex | pad 8 0\n0077771716\r\n",
          "drop-checksum xor | em4100 3.5D\n\x02"
          "62E3086CED08\r\n\x03",
          "wiegand26 facility\n06C7CDB", "capture \"^FC:(\\d{3}) CN:(?:0*)([1-9]\\d*|x)$\"\nFC:054 CN:15981",
          "reverse-byte-bits|reverse-bits\n04A2", "capture \"(?:(?:a|[^b-d]{2,})*)*(\\w+)?\"\naaaa",
          "prefix \"a\\\" |\"|suffix x|take 3 right\n77"})
        inputs.push_back(copy_of(as_bytes(one)));
    return inputs;
}

}  // namespace myqsec::fuzz
