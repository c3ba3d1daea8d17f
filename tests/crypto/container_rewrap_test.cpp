#include <doctest/doctest.h>

#include "crypto/certificate_fixture.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace format = myqsec::crypto::container_format;

namespace {

bool opens(const Bytes& container, std::uint8_t key, const Bytes& document) {
    try {
        return opened(container, local_identity(key)) == document;
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_WRONG_KEY);
        return false;
    }
}

Bytes rewrapped(const Bytes& container, std::uint8_t key, const Recipients& recipients) {
    MemoryFile file(container);
    CollectingSink out;
    rewrap(file, local_identity(key), recipients, out);
    CHECK(file.bytes == container);
    return out.bytes;
}

}  // namespace

TEST_CASE("rewrapping changes who can open, nothing of the document, and not the file it was in") {
    // Larger than what is copied at a time, just as large when sealed, and empty.
    for (const std::size_t size : {std::size_t{600'000}, 4 * (container_chunk - 16), std::size_t{0}}) {
        CAPTURE(size);
        const Bytes document = test_document(size);
        const Bytes before = sealed(document);
        const Bytes after = rewrapped(before, 7, local_recipients(8));
        CHECK(std::equal(before.begin() + container_header_area, before.end(),
                         after.begin() + container_header_area, after.end()));
        CHECK(opens(after, 8, document));
        CHECK_FALSE(opens(after, 7, document));

        Recipients delegated = local_recipients(9);
        delegated.certificates.push_back(holder(CertificateKey::ecdsa_p384).certificate);
        const Bytes last = rewrapped(after, 8, delegated);
        CHECK(opens(last, 9, document));
        CHECK(opened(last, {{}, holder(CertificateKey::ecdsa_p384).key, {}}) == document);
        CHECK(status_of([&] { rewrapped(last, 8, local_recipients(7)); }) == Status::ERR_WRONG_KEY);
    }
}

TEST_CASE("a container with one damaged slot is rewrapped to one with two whole ones") {
    const Bytes document = test_document(50);
    for (const std::size_t damaged : {std::size_t{0}, std::size_t{1}}) {
        Bytes container = sealed(document);
        container[damaged * format::slot_size + 200] ^= 1;
        MemoryFile whole(rewrapped(container, 7, local_recipients(8)));
        CHECK_FALSE(ContainerReader(whole, local_identity(8), test_id).header_damaged());
        CHECK(opens(whole.bytes, 8, document));
    }
}
