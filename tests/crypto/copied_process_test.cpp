// A process of which there are two, at the same point: forked, which it notices, or copied as a virtual
// machine is that is resumed twice, which nobody tells it. The clone system call, behind the back of the fork
// handlers, stands for that.
#include <csignal>

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/container/container_format.hpp"
#include "crypto/container_fixture.hpp"
#include "crypto/page_cipher.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace format = myqsec::crypto::container_format;

namespace {

pid_t copy_unnoticed() {
    return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

/// What `act` makes in a copy of this process.
template <typename Copy, typename Act>
Bytes in_a(Copy copy, Act act) {
    int channel[2];
    REQUIRE(::pipe(channel) == 0);
    const pid_t child = copy();
    REQUIRE(child >= 0);
    if (child == 0) {
        const Bytes made = act();
        for (std::size_t done = 0; done < made.size();) {
            const auto written = ::write(channel[1], made.data() + done, made.size() - done);
            if (written <= 0) ::_exit(1);
            done += static_cast<std::size_t>(written);
        }
        ::_exit(0);
    }
    ::close(channel[1]);
    Bytes out;
    std::uint8_t some[4096];
    for (ssize_t got = 0; (got = ::read(channel[0], some, sizeof some)) > 0;)
        out.insert(out.end(), some, some + got);
    ::close(channel[0]);
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    return out;
}

ByteView random_part(const Bytes& container, std::size_t chunk) {
    const auto end = std::min(container_header_area + (chunk + 1) * format::sealed_chunk, container.size());
    return ByteView(container).subspan(end - format::chunk_overhead, format::random_size);
}

struct Sealing {
    explicit Sealing(ContainerSuite suite) : writer(local_recipients(), test_id, suite, out) {}
    Bytes finish(const Bytes& document) {
        writer.write(document);
        writer.finish();
        return out.bytes;
    }
    CollectingSink out;
    ContainerWriter writer;
};

constexpr ContainerSuite all_suites[] = {ContainerSuite::aes_256_gcm, ContainerSuite::xchacha20_poly1305,
                                         ContainerSuite::plain};

}  // namespace

TEST_CASE("of a process that is copied while it seals, both copies go on, and no nonce is used twice") {
    const Bytes start = test_document(2 * container_chunk + 100);
    const Bytes ours = test_document(3 * container_chunk);
    const Bytes theirs(ours.size(), 'x');
    for (const auto suite : all_suites) {
        Sealing sealing(suite);
        sealing.writer.write(start);
        const Bytes copy = in_a(copy_unnoticed, [&] { return sealing.finish(theirs); });
        const Bytes original = sealing.finish(ours);
        REQUIRE(copy.size() == original.size());
        CHECK(opened(original) == ByteWriter().raw(start).raw(ours).take());
        CHECK(opened(copy) == ByteWriter().raw(start).raw(theirs).take());
        for (std::size_t chunk = 2; chunk < 6; ++chunk)
            CHECK_FALSE(std::ranges::equal(random_part(copy, chunk), random_part(original, chunk)));
    }
}

TEST_CASE("a forked child cannot go on with its parent's container, and the parent can") {
    const Bytes document = test_document(300'000);
    for (const auto suite : all_suites) {
        Sealing sealing(suite);
        sealing.writer.write(document);
        const Bytes answer = in_a([] { return ::fork(); },
                                  [&] {
                                      const auto status = status_of([&] { sealing.finish(document); });
                                      return Bytes(1, status == Status::ERR_FORKED ? 1 : 0);
                                  });
        CHECK(answer == Bytes{1});
        CHECK(opened(sealing.finish(document)) == ByteWriter().raw(document).raw(document).take());
    }
}

TEST_CASE("of a process that is copied while it writes pages, no nonce is used twice") {
    for (const auto suite : {PageSuite::xaes_256_gcm, PageSuite::xchacha20_poly1305}) {
        PageCipher cipher(suite, test_key());
        const auto nonces = [&] {
            Bytes out;
            for (int page = 0; page < 20; ++page) {
                Bytes text(4056);
                ByteArray<PageCipher::trailer_size> trailer{};
                cipher.seal(as_bytes("page"), text, trailer);
                out.insert(out.end(), trailer.begin(), trailer.begin() + PageCipher::nonce_size);
            }
            return out;
        };
        (void)nonces();
        const Bytes copy = in_a(copy_unnoticed, nonces);
        const Bytes original = nonces();
        REQUIRE(copy.size() == original.size());
        for (std::size_t at = 0; at < copy.size(); at += PageCipher::nonce_size)
            CHECK_FALSE(std::ranges::equal(ByteView(copy).subspan(at, PageCipher::nonce_size),
                                           ByteView(original).subspan(at, PageCipher::nonce_size)));
    }
}
