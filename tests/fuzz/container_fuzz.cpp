// The job container, by both of its readers, which must agree. Taken as it is, a mutated container ends at
// its header's MAC; so a second way builds the header from the input, with a stanza that opens and the right
// MAC: what stands behind the MAC sees every mutation.
#include <algorithm>

#include "crypto/container/container_format.hpp"
#include "crypto/container/container_header.hpp"
#include "crypto/container_fixture.hpp"
#include "crypto/key_wrap.hpp"
#include "fuzz/fuzz_target.hpp"

namespace myqsec::fuzz {

namespace {

using namespace crypto;

constexpr std::initializer_list<Status> refusals = {Status::ERR_CORRUPT, Status::ERR_WRONG_KEY,
                                                    Status::ERR_NEWER_VERSION};

void open_both_ways(const Bytes& container) {
    Bytes random, streamed;
    const auto random_status = attempt([&] { random = test::opened(container); }, refusals);
    const auto streamed_status =
        attempt([&] { streamed = test::streamed(container, test::local_identity(), 50'021); }, refusals);
    require((random_status == Status::OK) == (streamed_status == Status::OK),
            "both readers open a container, or neither");
    require(random_status != Status::OK || random == streamed, "both readers read the same");
}

ContainerHeader header_from(Choices& choices, const Secret& file_key) {
    ContainerHeader header;
    header.suite = static_cast<ContainerSuite>(choices.byte() % 2);
    header.sequence = choices.byte();
    header.id = test::test_id;
    header.salt.fill(choices.byte());
    header.commitment = derive_container_keys(file_key, header.salt, header.suite).commitment;
    if (choices.byte() % 8 == 1) header.commitment[3] ^= 1;
    const std::size_t stanzas = choices.below(6);
    const std::size_t good = choices.below(6);
    for (std::size_t i = 0; i < stanzas; ++i) {
        const auto type = static_cast<std::uint16_t>(choices.byte() % 6);
        const ByteView body = choices.bytes(choices.byte());
        header.stanzas.push_back({type, Bytes(body.begin(), body.end())});
        if (i == good) header.stanzas.push_back({1, wrap_key(test::test_key(), file_key)});
    }
    return header;
}

/// One slot from the input and its right MAC, or the raw bytes that follow.
Bytes slot_from(Choices& choices, const Secret& file_key) {
    const auto header = header_from(choices, file_key);
    const auto keys = derive_container_keys(file_key, header.salt, header.suite);
    Bytes slot = encode_slot(header, keys.header_mac);
    const std::size_t at = choices.integer<std::uint16_t>();
    if (at < container_format::mac_offset) {  // a change that the MAC covers
        slot[at] = choices.byte();
        const Digest mac =
            hmac_sha256(keys.header_mac.view(), ByteView(slot).first(container_format::mac_offset));
        std::copy(mac.begin(), mac.end(), slot.begin() + container_format::mac_offset);
    }
    return slot;
}

void open_built(Choices choices) {
    const Secret file_key = test::test_key(0x42);
    Bytes container = slot_from(choices, file_key);
    const Bytes second = slot_from(choices, file_key);
    container.insert(container.end(), second.begin(), second.end());
    const ByteView payload = choices.rest();
    container.insert(container.end(), payload.begin(), payload.end());
    open_both_ways(container);
}

void open_raw(ByteView input) {
    open_both_ways(Bytes(input.begin(), input.end()));
}

}  // namespace

void run(ByteView input) {
    if (input.empty()) return;
    input[0] % 2 == 0 ? open_raw(input.subspan(1)) : open_built(Choices(input.subspan(1)));
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> out;
    for (const std::size_t size : {std::size_t{0}, std::size_t{100}, container_chunk, container_chunk + 7}) {
        for (const auto suite : {ContainerSuite::aes_256_gcm, ContainerSuite::xchacha20_poly1305})
            out.push_back(
                seed_of(0, test::sealed(test::test_document(size), test::local_recipients(), suite)));
    }
    const Bytes one_slot{0, 1, 5, 0, 1, 0, 2, 3, 9, 9, 9, 0xff, 0xff};
    out.push_back(seed_of(1, ByteWriter().raw(one_slot).raw(one_slot).raw(Bytes(40, 3)).take()));
    return out;
}

}  // namespace myqsec::fuzz
