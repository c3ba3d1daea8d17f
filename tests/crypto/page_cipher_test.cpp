#include "crypto/page_cipher.hpp"

#include <set>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace {

constexpr PageSuite sealing_suites[] = {PageSuite::xaes_256_gcm, PageSuite::xchacha20_poly1305};
using Trailer = ByteArray<PageCipher::trailer_size>;

struct Page {
    Bytes text;
    Trailer trailer{};
};

Page seal(PageCipher& cipher, const Bytes& text, std::string_view associated = "page 1") {
    Page page{text, {}};
    cipher.seal(as_bytes(associated), page.text, page.trailer);
    return page;
}

ByteArray<24> nonce_of(const Page& page) {
    ByteArray<24> nonce;
    std::copy_n(page.trailer.begin(), nonce.size(), nonce.begin());
    return nonce;
}

}  // namespace

TEST_CASE("pages open again, also by another object under the same key") {
    const Bytes text = test_document(4056);
    for (const auto suite : sealing_suites) {
        PageCipher writer(suite, test_key());
        PageCipher reader(suite, test_key());
        for (int i = 0; i < 5; ++i) {
            Page page = seal(writer, text);
            CHECK(page.text != text);
            REQUIRE(reader.open(as_bytes("page 1"), page.text, page.trailer));
            CHECK(page.text == text);
        }
    }
}

TEST_CASE("a page that was changed, moved or sealed under another key is wiped") {
    const Bytes text = test_document(4056);
    for (const auto suite : sealing_suites) {
        PageCipher cipher(suite, test_key());
        PageCipher stranger(suite, test_key(8));
        const Page good = seal(cipher, text);
        const auto refused = [&](PageCipher& by, Page page, std::string_view associated) {
            return !by.open(as_bytes(associated), page.text, page.trailer) && page.text == Bytes(text.size());
        };
        CHECK(refused(cipher, good, "page 2"));
        CHECK(refused(stranger, good, "page 1"));
        for (const std::size_t at : {0, 1, 2000, 4055}) {
            Page altered = good;
            altered.text[at] ^= 1;
            CHECK(refused(cipher, altered, "page 1"));
        }
        for (std::size_t at = 0; at < PageCipher::trailer_size; ++at) {
            Page altered = good;
            altered.trailer[at] ^= 1;
            CHECK(refused(cipher, altered, "page 1"));
        }
        Page again = good;
        CHECK(cipher.open(as_bytes("page 1"), again.text, again.trailer));
    }
}

TEST_CASE("pages of more writers than the cache holds open in any order") {
    const Bytes text = test_document(100);
    std::vector<Page> pages;
    for (int i = 0; i < 40; ++i) {
        PageCipher writer(PageSuite::xaes_256_gcm, test_key());
        pages.push_back(seal(writer, text));
    }
    PageCipher reader(PageSuite::xaes_256_gcm, test_key());
    for (int round = 0; round < 200; ++round) {
        Page page = pages[random_below(40)];
        REQUIRE(reader.open(as_bytes("page 1"), page.text, page.trailer));
        CHECK(page.text == text);
    }
}

TEST_CASE("no nonce repeats over pages, objects and forks") {
    for (const auto suite : sealing_suites) {
        std::set<ByteArray<24>> seen;
        for (int object = 0; object < 3; ++object) {
            PageCipher cipher(suite, test_key());
            for (int page = 0; page < 100; ++page)
                CHECK(seen.insert(nonce_of(seal(cipher, Bytes(8)))).second);
        }

        PageCipher cipher(suite, test_key());
        int channel[2];
        REQUIRE(::pipe(channel) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto nonce = nonce_of(seal(cipher, Bytes(8)));
            const bool written = ::write(channel[1], nonce.data(), nonce.size()) == 24;
            ::_exit(written ? 0 : 1);
        }
        ByteArray<24> of_child{};
        REQUIRE(::read(channel[0], of_child.data(), of_child.size()) == 24);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        ::close(channel[0]);
        ::close(channel[1]);
        CHECK_FALSE(
            std::equal(of_child.begin(), of_child.begin() + 12, nonce_of(seal(cipher, Bytes(8))).begin()));
    }
}
