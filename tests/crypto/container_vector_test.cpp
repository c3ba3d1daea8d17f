// Opens the containers that tests/vectors/check_container.py, an independent reader and writer, opens too.
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "crypto/container/container_format.hpp"
#include "crypto/container/container_payload.hpp"
#include "crypto/container/container_slots.hpp"
#include "crypto/container/container_stanza.hpp"
#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace format = myqsec::crypto::container_format;

namespace {

Bytes read_vector(const std::string& name) {
    std::ifstream in(std::string(MYQSEC_TESTS_DIR) + "/vectors/container/" + name, std::ios::binary);
    REQUIRE(in.good());
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<nlohmann::json> entries(const std::string& list) {
    const Bytes text = read_vector("manifest.json");
    auto out = nlohmann::json::parse(text.begin(), text.end()).at(list).get<std::vector<nlohmann::json>>();
    REQUIRE_FALSE(out.empty());
    return out;
}

Identity identity_from(const nlohmann::json& entry) {
    if (entry.contains("wrapping_key")) {
        return {Secret(from_hex(entry["wrapping_key"].get<std::string>())), {}, {}};
    }
    return {{},
            PrivateKey::parse(read_vector(entry["private_key"]), ""),
            Certificate::parse(read_vector(entry["certificate"]))};
}

/// What ContainerWriter does, with the random values given.
Bytes build(const nlohmann::json& entry) {
    const Secret file_key(from_hex(entry["file_key"].get<std::string>()));
    ContainerHeader header;
    header.suite = entry["suite"].get<ContainerSuite>();
    header.sequence = 1;
    std::ranges::copy(from_hex(entry["id"].get<std::string>()), header.id.begin());
    std::ranges::copy(from_hex(entry["salt"].get<std::string>()), header.salt.begin());
    const ContainerKeys keys = derive_container_keys(file_key, header.salt, header.suite);
    header.commitment = keys.commitment;
    const Recipients recipients{Secret(from_hex(entry["wrapping_key"].get<std::string>())), {}};
    header.stanzas = wrap_file_key(recipients, header.salt, file_key);

    const Bytes slot = encode_slot(header, keys.header_mac);
    Bytes out = ByteWriter().raw(slot).raw(slot).take();
    const Bytes document = test_document(entry["size"]);
    ChunkSealer sealer(header.suite, keys, header.id);
    for (std::size_t at = 0, index = 0; at < document.size(); at += container_chunk, ++index) {
        const std::size_t size = std::min(container_chunk, document.size() - at);
        Bytes chunk(document.begin() + static_cast<std::ptrdiff_t>(at),
                    document.begin() + static_cast<std::ptrdiff_t>(at + size));
        const Bytes random = from_hex(entry["chunk_random"].at(index).get<std::string>());
        chunk.insert(chunk.end(), random.begin(), random.end());
        chunk.resize(size + format::chunk_overhead);
        sealer.seal_as_drawn(index, at + size == document.size(), chunk);
        out.insert(out.end(), chunk.begin(), chunk.end());
    }
    return out;
}

}  // namespace

TEST_CASE("the format's vectors open under each of their identities") {
    for (const auto& vector : entries("containers")) {
        const auto name = vector["file"].get<std::string>();
        CAPTURE(name);
        const Bytes document = test_document(vector["size"]);
        CHECK(to_hex(sha256(document)) == vector["document_sha256"].get<std::string>());
        for (const auto& entry : vector["identities"]) {
            const Identity identity = identity_from(entry);
            MemoryFile file(read_vector(name));
            ContainerReader reader(file, identity, {});
            CHECK(reader.size() == document.size());
            CHECK(to_hex(reader.id()) == vector["id"].get<std::string>());
            CHECK(reader.header_damaged() == vector["header_damaged"].get<bool>());
            CHECK(opened(file.bytes, identity) == document);
            CHECK(streamed(file.bytes, identity) == document);
            const ByteView area = ByteView(file.bytes).first(container_header_area);
            CHECK(open_header(area, identity, {}).header.sequence == vector["sequence"].get<std::uint64_t>());
        }
    }
}

TEST_CASE("with the same random values the independent writer makes the same containers") {
    for (const auto& entry : entries("reproducible")) {
        const Bytes container = build(entry);
        CHECK(to_hex(sha256(container)) == entry["container_sha256"].get<std::string>());
        const Identity identity{Secret(from_hex(entry["wrapping_key"].get<std::string>())), {}, {}};
        CHECK(opened(container, identity) == test_document(entry["size"]));
    }
}
