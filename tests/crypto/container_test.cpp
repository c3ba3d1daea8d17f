#include "crypto/container/container.hpp"

#include <doctest/doctest.h>

#include "crypto/container/container_header.hpp"
#include "crypto/container/container_payload.hpp"
#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace {

constexpr std::size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000, 600000};
constexpr ContainerSuite suites[] = {ContainerSuite::aes_256_gcm, ContainerSuite::xchacha20_poly1305,
                                     ContainerSuite::plain};

}  // namespace

TEST_CASE("what is sealed opens again, by file and by stream, in every suite") {
    for (const auto suite : suites) {
        for (const std::size_t size : sizes) {
            CAPTURE(size);
            const Bytes document = test_document(size);
            const Bytes container = sealed(document, local_recipients(), suite);
            const std::size_t chunks = size == 0 ? 1 : (size + container_chunk - 1) / container_chunk;
            CHECK(container.size() == container_header_area + size + 24 * chunks);
            CHECK(opened(container) == document);
            CHECK(streamed(container) == document);
        }
    }
}

TEST_CASE("a container opens from any source of bytes, such as the document of another") {
    const Bytes document = test_document(200'000);
    MemoryFile file(sealed(sealed(document), local_recipients(8)));
    ContainerReader outer(file, local_identity(8), {});
    ContainerReader inner(outer, local_identity(), {});
    CHECK(inner.size() == document.size());
    Bytes part(1000);
    CHECK(inner.read_at(131'000, part) == part.size());
    CHECK(std::ranges::equal(part, ByteView(document).subspan(131'000, part.size())));
    CHECK(read_all(inner, document.size()) == document);
}

TEST_CASE("splits of the input never change the document") {
    for (const std::size_t size : sizes) {
        CAPTURE(size);
        const Bytes document = test_document(size);
        for (const std::size_t piece : {std::size_t{1}, std::size_t{4099}, container_chunk, size + 1}) {
            CollectingSink out;
            ContainerWriter writer(local_recipients(), test_id, ContainerSuite::aes_256_gcm, out);
            for (std::size_t at = 0; at < size; at += piece) {
                writer.write(ByteView(document).subspan(at, std::min(piece, size - at)));
                writer.write({});
            }
            writer.finish();
            CHECK(out.finished);
            CHECK(opened(out.bytes) == document);
            CHECK(streamed(out.bytes, local_identity(), piece) == document);
        }
    }
}

TEST_CASE("any part of a document can be read without the rest") {
    const Bytes document = test_document(200'000);
    MemoryFile file(sealed(document));
    ContainerReader reader(file, local_identity(), test_id);
    CHECK(reader.size() == document.size());
    CHECK(reader.id() == test_id);
    CHECK_FALSE(reader.header_damaged());
    for (int round = 0; round < 300; ++round) {
        const std::size_t offset = random_below(200'100);
        Bytes into(random_below(100'000));
        const std::size_t expected =
            offset >= document.size() ? 0 : std::min(into.size(), document.size() - offset);
        REQUIRE(reader.read_at(offset, into) == expected);
        CHECK(std::equal(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(expected),
                         document.begin() + static_cast<std::ptrdiff_t>(std::min(offset, document.size()))));
    }
}

TEST_CASE("two containers of one document share no byte that depends on a key") {
    const Bytes document = test_document(1000);
    const Bytes a = sealed(document);
    const Bytes b = sealed(document);
    CHECK_FALSE(std::equal(a.end() - 1024, a.end(), b.end() - 1024));
}

TEST_CASE("another key is WRONG_KEY, another container CORRUPT") {
    const Bytes container = sealed(test_document(10));
    MemoryFile file(container);
    CHECK(status_of([&] { ContainerReader(file, local_identity(8), {}); }) == Status::ERR_WRONG_KEY);
    CHECK(status_of([&] { ContainerReader(file, Identity{}, {}); }) == Status::ERR_WRONG_KEY);
    CHECK(status_of([&] { streamed(container, local_identity(8)); }) == Status::ERR_WRONG_KEY);
    CHECK(status_of([&] { ContainerReader(file, local_identity(), ContainerId{9}); }) == Status::ERR_CORRUPT);
}

TEST_CASE("a container needs a recipient, and its wrapping key 32 bytes") {
    CollectingSink out;
    const auto seal_for = [&](const Recipients& recipients) {
        ContainerWriter(recipients, test_id, ContainerSuite::aes_256_gcm, out);
    };
    CHECK(status_of([&] { seal_for({}); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] { seal_for({Secret(16), {}}); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(out.bytes.empty());
}

TEST_CASE("a document past 2^32 chunks is refused, never sealed under a nonce used before") {
    const ContainerKeys keys = derive_container_keys(test_key(), Bytes(32), ContainerSuite::aes_256_gcm);
    ChunkSealer sealer(ContainerSuite::aes_256_gcm, keys, test_id);
    Bytes chunk(24);
    CHECK(status_of([&] { sealer.seal(0xFFFFFFFFU, true, chunk); }) == Status::OK);
    CHECK(status_of([&] { sealer.seal(0x100000000U, true, chunk); }) == Status::ERR_LIMIT);
}
