// Sealing and opening with a thread that the host lends, whatever the host then does with it.
#include <mutex>
#include <thread>
#include <utility>

#include <doctest/doctest.h>
#include <malloc.h>

#include "crypto/container/chunk_line.hpp"
#include "crypto/container_fixture.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

namespace {

constexpr std::size_t document_sizes[] = {0,       1,       65535,   65536,   65537,
                                          262'144, 300'000, 524'288, 524'289, 3'000'000};

/// A host's threads, joined at the end.
class Threads {
 public:
    ~Threads() { join(); }
    /// Begins each task at once.
    LendThread at_once() {
        return [this](void (*task)(void*), void* context) {
            threads_.emplace_back(task, context);
            return true;
        };
    }
    /// Keeps each task until join().
    LendThread at_the_end() {
        return [this](void (*task)(void*), void* context) {
            late_.emplace_back(task, context);
            return true;
        };
    }
    void join() {
        for (const auto& [task, context] : std::exchange(late_, {}))
            threads_.emplace_back(task, context);
        for (auto& thread : std::exchange(threads_, {}))
            thread.join();
    }

 private:
    std::vector<std::thread> threads_;
    std::vector<std::pair<void (*)(void*), void*>> late_;
};

std::vector<LendThread> kinds_of_lending(Threads& threads) {
    return {LendThread(), threads.at_once(), threads.at_the_end(),
            [](void (*)(void*), void*) { return false; },
            [](void (*task)(void*), void* context) {  // on the caller's own thread, against the rule
                task(context);
                return true;
            }};
}

/// As myqsec_container_seal does: without a copy, in pieces.
Bytes sealed_lending(const LendThread& lend, ByteView document, std::size_t piece) {
    CollectingSink out;
    ContainerWriter writer(local_recipients(), test_id, ContainerSuite::aes_256_gcm, out, lend);
    while (!document.empty()) {
        const ByteSpan to = writer.room();
        const std::size_t size = std::min({document.size(), to.size(), piece});
        std::ranges::copy(document.first(size), to.begin());
        writer.filled(size);
        document = document.subspan(size);
    }
    (void)writer.room();  // what a host's read function gets before it says that there is no more
    writer.finish();
    return out.bytes;
}

void open_lending(const LendThread& lend, ByteView container, std::size_t piece, ByteSink& out) {
    ContainerOpener opener(local_identity(), out, lend);
    while (!container.empty()) {
        const ByteSpan to = opener.room();
        const std::size_t size = std::min({container.size(), to.size(), piece});
        std::ranges::copy(container.first(size), to.begin());
        opener.filled(size);
        container = container.subspan(size);
    }
    (void)opener.room();
    opener.finish();
}

}  // namespace

TEST_CASE("with a lent thread or without, early, late or refused, a container holds its document") {
    for (const std::size_t size : document_sizes) {
        CAPTURE(size);
        const Bytes document = test_document(size);
        for (const std::size_t piece : {std::size_t{4099}, container_chunk}) {
            Threads threads;
            for (const LendThread& lend : kinds_of_lending(threads)) {
                const Bytes container = sealed_lending(lend, document, piece);
                CHECK(opened(container) == document);
                CollectingSink out;
                open_lending(lend, container, piece, out);
                CHECK(out.finished);
                CHECK(out.bytes == document);
            }
        }
    }
}

TEST_CASE(
    "with a lent thread, damage is found where it is, and nothing behind what was authentic is passed on") {
    const Bytes document = test_document(1'000'000);
    const Bytes good = sealed(document);
    for (const std::size_t chunk : {0, 3, 9, 15}) {
        CAPTURE(chunk);
        Bytes damaged = good;
        damaged[container_header_area + chunk * (container_chunk + 24) + 100] ^= 1;
        Threads threads;
        for (const LendThread& lend : kinds_of_lending(threads)) {
            CollectingSink out;
            CHECK(status_of([&] { open_lending(lend, damaged, container_chunk, out); }) ==
                  Status::ERR_CORRUPT);
            CHECK_FALSE(out.finished);
            CHECK(out.bytes.size() <= chunk * container_chunk);
            CHECK(std::equal(out.bytes.begin(), out.bytes.end(), document.begin()));
        }
    }
    Threads threads;
    for (const LendThread& lend : kinds_of_lending(threads)) {
        CollectingSink out;
        const ByteView cut = ByteView(good).first(good.size() - 70'000);
        CHECK(status_of([&] { open_lending(lend, cut, container_chunk, out); }) == Status::ERR_CORRUPT);
    }
}

TEST_CASE("a writer or opener that is given up in the middle leaves its lent thread free") {
    const Bytes document = test_document(1'000'000);
    const Bytes container = sealed(document);
    for (int round = 0; round < 20; ++round) {
        Threads threads;
        CollectingSink out;
        ContainerWriter writer(local_recipients(), test_id, ContainerSuite::aes_256_gcm, out,
                               threads.at_once());
        writer.write(ByteView(document).first(random_below(1'000'000)));
        ContainerOpener opener(local_identity(), out, threads.at_once());
        opener.write(ByteView(container).first(random_below(1'000'000)));
    }
}

TEST_CASE("work that fails on a lent thread fails whoever waits for it, and what came before stays done") {
    Threads threads;
    const ChunkLine::Work work = [](std::uint64_t index, bool, ByteSpan chunk) {
        if (index == 3) throw Error(Status::ERR_IO, "three");
        chunk[0] = static_cast<std::uint8_t>(index + 1);
    };
    for (const LendThread& lend : {threads.at_once(), threads.at_the_end()}) {
        Bytes bytes(ChunkLine::longest);
        ChunkLine line(work, lend);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            line.add(false, ByteSpan(bytes).subspan(i, 1));
        CHECK(status_of([&] { line.wait(3); }) == Status::OK);
        CHECK(status_of([&] { line.wait(4); }) == Status::ERR_IO);
        CHECK(status_of([&] { line.wait(8); }) == Status::ERR_IO);
        line.close();
        CHECK(bytes == Bytes{1, 2, 3, 0, 0, 0, 0, 0});
    }
}

TEST_CASE("a writer holds a chunk until more is written, then a batch") {
    const auto in_use = [] {
        const auto info = ::mallinfo2();
        return info.uordblks + info.hblkhd;
    };
    CollectingSink out;
    out.bytes.reserve(100'000'000);  // what they pass on is not theirs
    const Bytes document = test_document(1'000'000);
    const auto each = [&](std::size_t size) {
        std::vector<std::unique_ptr<ContainerWriter>> writers(20);
        const auto before = in_use();
        for (auto& writer : writers) {
            writer = std::make_unique<ContainerWriter>(local_recipients(), test_id,
                                                       ContainerSuite::aes_256_gcm, out);
            writer->write(ByteView(document).first(size));
        }
        return (in_use() - before) / writers.size();
    };
    (void)each(1'000'000);  // what libraries allocate once
    CHECK(each(0) <= 80 * 1024);
    CHECK(each(1000) <= 80 * 1024);
    CHECK(each(65536) <= 80 * 1024);
    CHECK(each(1'000'000) <= 300 * 1024);
}
