#include <doctest/doctest.h>

#include "crypto/certificate_fixture.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace format = myqsec::crypto::container_format;

namespace {

struct PowerCut {};

bool opens(const Bytes& container, std::uint8_t key, const Bytes& document) {
    try {
        return opened(container, local_identity(key)) == document;
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_WRONG_KEY);
        return false;
    }
}

}  // namespace

TEST_CASE("rewrapping changes who can open, and nothing of the document") {
    const Bytes document = test_document(100'000);
    MemoryFile file(sealed(document));
    const Bytes before = file.bytes;
    rewrap(file, local_identity(7), local_recipients(8));
    CHECK(std::equal(before.begin() + container_header_area, before.end(),
                     file.bytes.begin() + container_header_area, file.bytes.end()));
    CHECK(opens(file.bytes, 8, document));
    CHECK_FALSE(opens(file.bytes, 7, document));

    Recipients delegated = local_recipients(9);
    delegated.certificates.push_back(holder(CertificateKey::ecdsa_p384).certificate);
    rewrap(file, local_identity(8), delegated);
    CHECK(opens(file.bytes, 9, document));
    CHECK(opened(file.bytes, {{}, holder(CertificateKey::ecdsa_p384).key, {}}) == document);
    CHECK(status_of([&] { rewrap(file, local_identity(8), local_recipients(7)); }) == Status::ERR_WRONG_KEY);
}

TEST_CASE("a power cut at any byte of a rewrap leaves a container that opens") {
    const Bytes document = test_document(50);
    const Bytes before = sealed(document);
    for (std::size_t cut = 0; cut <= 2 * format::slot_size; cut += 97) {
        MemoryFile file(before);
        std::size_t written = 0;
        file.before_write = [&](std::uint64_t offset, ByteView from) {
            const std::size_t room = cut - written;
            if (room < from.size()) {  // the first bytes of this write reach the disk
                std::copy_n(from.begin(), room, file.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
                throw PowerCut();
            }
            written += from.size();
        };
        try {
            rewrap(file, local_identity(7), local_recipients(8));
        } catch (const PowerCut&) {
        }
        const bool old_opens = opens(file.bytes, 7, document);
        const bool new_opens = opens(file.bytes, 8, document);
        if (!old_opens && !new_opens) FAIL("cut after " << cut << " bytes");

        // Whoever opens it can finish the work.
        file.before_write = nullptr;
        rewrap(file, local_identity(new_opens ? 8 : 7), local_recipients(9));
        if (!opens(file.bytes, 9, document)) FAIL("cut after " << cut << " bytes");
        CHECK_FALSE(opens(file.bytes, 7, document));
        CHECK_FALSE(opens(file.bytes, 8, document));
        MemoryFile whole(file.bytes);
        CHECK_FALSE(ContainerReader(whole, local_identity(9), test_id).header_damaged());
    }
}

TEST_CASE("between the two slots both the old and the new recipient open") {
    const Bytes document = test_document(50);
    MemoryFile file(sealed(document));
    int syncs = 0;
    file.before_sync = [&] {
        if (++syncs == 1) throw PowerCut();
    };
    CHECK_THROWS_AS(rewrap(file, local_identity(7), local_recipients(8)), PowerCut);
    CHECK(opens(file.bytes, 7, document));
    CHECK(opens(file.bytes, 8, document));
    ContainerReader reader(file, local_identity(7), test_id);
    CHECK_FALSE(reader.header_damaged());
}

TEST_CASE("the only good slot is never the first to be overwritten") {
    const Bytes document = test_document(50);
    for (const std::size_t damaged : {std::size_t{0}, std::size_t{1}}) {
        MemoryFile file(sealed(document));
        file.bytes[damaged * format::slot_size + 200] ^= 1;
        std::vector<std::uint64_t> order;
        file.before_write = [&](std::uint64_t offset, ByteView) { order.push_back(offset); };
        rewrap(file, local_identity(7), local_recipients(8));
        CHECK(order ==
              std::vector<std::uint64_t>{damaged * format::slot_size, (1 - damaged) * format::slot_size});
        CHECK(opens(file.bytes, 8, document));
    }
}
