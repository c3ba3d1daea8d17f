// The sum over the pages of a database.
#include "crypto/page_digest.hpp"

#include <doctest/doctest.h>

using namespace myqsec;
using namespace myqsec::crypto;

TEST_CASE("pages that are summed together come to what they come to one by one") {
    const PageDigest digest(Secret(Bytes(32, 5)));
    std::vector<PageMark> marks;
    for (std::size_t count = 0; count < 300; ++count) {
        PageSum together{};
        digest.toggle(together, 70'000, marks);
        PageSum one_by_one{};
        for (std::uint32_t i = 0; i < marks.size(); ++i)
            digest.toggle(one_by_one, 70'000 + i, marks[i]);
        REQUIRE(together == one_by_one);
        CHECK((together == PageSum{}) == (count < 2));
        digest.toggle(together, 70'000, marks);
        CHECK(together == PageSum{});
        marks.push_back(count % 7 == 0 ? 0 : 0x0123456789abcdefU * count);  // some were never written
    }
}
