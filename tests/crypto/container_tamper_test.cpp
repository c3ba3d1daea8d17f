#include <doctest/doctest.h>

#include "crypto/container/container_format.hpp"
#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace format = myqsec::crypto::container_format;

namespace {

enum class Outcome { refused, right, right_with_damage, wrong };

Outcome open_by_file(const Bytes& container, const Bytes& document) {
    try {
        MemoryFile file(container);
        ContainerReader reader(file, local_identity(), {});
        CollectingSink out;
        reader.copy_to(out);
        if (out.bytes != document || reader.size() != document.size()) return Outcome::wrong;
        return reader.header_damaged() ? Outcome::right_with_damage : Outcome::right;
    } catch (const Error&) {
        return Outcome::refused;
    }
}

/// What reached the sink before an error must be the document's beginning.
Outcome open_by_stream(const Bytes& container, const Bytes& document) {
    CollectingSink out;
    try {
        ContainerOpener opener(local_identity(), out);
        opener.write(container);
        opener.finish();
        return out.bytes == document ? Outcome::right : Outcome::wrong;
    } catch (const Error&) {
        const bool beginning = out.bytes.size() <= document.size() &&
                               std::equal(out.bytes.begin(), out.bytes.end(), document.begin());
        return beginning && !out.finished ? Outcome::refused : Outcome::wrong;
    }
}

void check_refused(const Bytes& container, const Bytes& document) {
    CHECK(open_by_file(container, document) == Outcome::refused);
    CHECK(open_by_stream(container, document) == Outcome::refused);
}

Bytes chunk_of(const Bytes& container, std::size_t index) {
    const std::size_t start = container_header_area + index * format::sealed_chunk;
    const std::size_t end = std::min(start + format::sealed_chunk, container.size());
    return {container.begin() + static_cast<std::ptrdiff_t>(start),
            container.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// A header and the chunks behind it.
Bytes assemble(const Bytes& header_of, const std::vector<Bytes>& chunks) {
    Bytes out(header_of.begin(), header_of.begin() + container_header_area);
    for (const Bytes& chunk : chunks)
        out.insert(out.end(), chunk.begin(), chunk.end());
    return out;
}

}  // namespace

TEST_CASE("every changed byte is noticed: one header slot heals the other, anything else is refused") {
    const Bytes document = test_document(25);
    const Bytes container = sealed(document);
    for (std::size_t at = 0; at < container.size(); ++at) {
        Bytes altered = container;
        altered[at] = static_cast<std::uint8_t>(altered[at] ^ (1U << (at % 8)));
        const bool in_header = at < container_header_area;
        const Outcome by_file = open_by_file(altered, document);
        if (by_file != (in_header ? Outcome::right_with_damage : Outcome::refused)) FAIL("byte " << at);
        if (in_header && at % 16 != 0) continue;  // the stream shares the header's code
        if (open_by_stream(altered, document) != (in_header ? Outcome::right : Outcome::refused))
            FAIL("byte " << at);
    }
}

TEST_CASE("with both slots changed at the same place nothing opens") {
    const Bytes document = test_document(25);
    const Bytes container = sealed(document);
    for (std::size_t at = 0; at < format::slot_size; at += 13) {
        Bytes altered = container;
        altered[at] ^= 0x80;
        altered[at + format::slot_size] ^= 0x80;
        if (open_by_file(altered, document) != Outcome::refused) FAIL("byte " << at);
    }
}

TEST_CASE("a container cut off at any length is refused") {
    const Bytes document = test_document(25);
    const Bytes container = sealed(document);
    for (std::size_t size = 0; size < container.size(); ++size) {
        const Bytes cut(container.begin(), container.begin() + static_cast<std::ptrdiff_t>(size));
        if (open_by_file(cut, document) != Outcome::refused) FAIL("length " << size);
        if (size >= container_header_area || size % 64 == 0) {
            if (open_by_stream(cut, document) != Outcome::refused) FAIL("length " << size);
        }
    }
}

TEST_CASE("a container cut off at or around a chunk boundary is refused") {
    const Bytes document = test_document(3 * container_chunk);
    const Bytes container = sealed(document);
    for (std::size_t boundary = 0; boundary <= 3; ++boundary) {
        for (int around = -30; around <= 30; ++around) {
            const auto size =
                static_cast<std::ptrdiff_t>(container_header_area + boundary * format::sealed_chunk);
            const std::ptrdiff_t cut = size + around;
            if (cut >= static_cast<std::ptrdiff_t>(container.size())) continue;
            check_refused(Bytes(container.begin(), container.begin() + cut), document);
        }
    }
}

TEST_CASE("an extended container is refused") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{25}, container_chunk, container_chunk + 1}) {
        const Bytes document = test_document(size);
        const Bytes container = sealed(document);
        for (const std::size_t extra : {1, 23, 24, 25, 65560}) {
            Bytes extended = container;
            extended.resize(container.size() + extra);
            check_refused(extended, document);
        }
        std::vector<Bytes> chunks{chunk_of(container, 0), chunk_of(container, 0)};
        check_refused(assemble(container, chunks), document);
    }
}

TEST_CASE("reordered, repeated and missing chunks are refused") {
    const Bytes document = test_document(3 * container_chunk + 5);
    const Bytes container = sealed(document);
    const Bytes a = chunk_of(container, 0);
    const Bytes b = chunk_of(container, 1);
    const Bytes c = chunk_of(container, 2);
    const Bytes last = chunk_of(container, 3);
    REQUIRE(open_by_file(assemble(container, {a, b, c, last}), document) == Outcome::right);
    check_refused(assemble(container, {b, a, c, last}), document);
    check_refused(assemble(container, {a, c, last}), document);
    check_refused(assemble(container, {a, b, b, c, last}), document);
    check_refused(assemble(container, {a, b, c}), document);
    check_refused(assemble(container, {last}), document);
}

TEST_CASE("chunks and header slots of another container under the same wrapping key are refused") {
    const Bytes document = test_document(2 * container_chunk);
    const Bytes ours = sealed(document);
    const Bytes theirs = sealed(document);
    check_refused(assemble(ours, {chunk_of(ours, 0), chunk_of(theirs, 1)}), document);
    check_refused(assemble(ours, {chunk_of(theirs, 0), chunk_of(ours, 1)}), document);
    check_refused(assemble(theirs, {chunk_of(ours, 0), chunk_of(ours, 1)}), document);

    Bytes mixed = ours;  // the second slot is another container's
    std::copy_n(theirs.begin() + format::slot_size, format::slot_size, mixed.begin() + format::slot_size);
    CHECK(open_by_file(mixed, document) == Outcome::right_with_damage);

    // Told what to expect, the reader also passes over a first slot that is another container's.
    const ContainerId other_id{42};
    const Bytes other = sealed(document, local_recipients(), ContainerSuite::aes_256_gcm, other_id);
    mixed = ours;
    std::copy_n(other.begin(), format::slot_size, mixed.begin());
    MemoryFile file(mixed);
    ContainerReader reader(file, local_identity(), test_id);
    CHECK(reader.id() == test_id);
    CHECK(reader.header_damaged());
    CHECK(status_of([&] { ContainerReader(file, local_identity(), ContainerId{43}); }) ==
          Status::ERR_CORRUPT);
}

TEST_CASE("a header that names a later version says so, unless the other slot serves") {
    const Bytes document = test_document(25);
    Bytes container = sealed(document);
    container[format::magic.size()] = 3;
    CHECK(open_by_file(container, document) == Outcome::right_with_damage);
    container[format::slot_size + format::magic.size()] = 3;
    CHECK(status_of([&] { opened(container); }) == Status::ERR_NEWER_VERSION);
    CHECK(status_of([&] { streamed(container); }) == Status::ERR_NEWER_VERSION);
}

TEST_CASE("what is no container at all is CORRUPT") {
    CHECK(status_of([] { opened({}); }) == Status::ERR_CORRUPT);
    CHECK(status_of([] { streamed({}); }) == Status::ERR_CORRUPT);
    CHECK(status_of([] { opened(Bytes(20'000, 0x20)); }) == Status::ERR_CORRUPT);
}

TEST_CASE("a document in the plain suite can be read on the disk, yet every changed byte of it is refused") {
    const Bytes document = test_document(container_chunk + 300);
    const Bytes container = sealed(document, local_recipients(), ContainerSuite::plain);
    CHECK(std::equal(document.begin(), document.begin() + container_chunk,
                     container.begin() + container_header_area));
    for (std::size_t at = container_header_area; at < container.size(); at += 97) {
        Bytes altered = container;
        altered[at] ^= 0x20;
        check_refused(altered, document);
    }
    for (std::size_t lost : {1U, 24U, 25U, 324U})
        check_refused({container.begin(), container.end() - lost}, document);
}

TEST_CASE("a sealed container cannot pass for a plain one, nor a plain one for another") {
    const Bytes document = test_document(1000);
    const Bytes hidden = sealed(document);
    const Bytes plain = sealed(document, local_recipients(), ContainerSuite::plain);
    Bytes renamed = hidden;
    renamed[9] = renamed[format::slot_size + 9] = static_cast<std::uint8_t>(ContainerSuite::plain);
    check_refused(renamed, document);
    check_refused(assemble(hidden, {chunk_of(plain, 0)}), document);
    check_refused(assemble(plain, {chunk_of(hidden, 0)}), document);
    const Bytes another = sealed(document, local_recipients(), ContainerSuite::plain, {9});
    check_refused(assemble(plain, {chunk_of(another, 0)}), document);
}
