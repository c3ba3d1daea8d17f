#include <doctest/doctest.h>

#include "audit/log_fixture.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"

using namespace myqsec;
using namespace myqsec::audit;

// The example of golang.org/x/mod/sumdb/note, where signed notes come from.
TEST_CASE("a signed note is that of C2SP signed-note") {
    const auto key = NoteKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    REQUIRE(key);
    CHECK(key->id() == 0xc74f20a3);
    const std::string text =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem "
        "is.\n";
    const std::string whole =
        text +
        "\n\u2014 PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    std::string_view rest = whole;
    const auto note = take_note(rest);
    REQUIRE(note);
    CHECK(rest.empty());
    CHECK(note->text == text);
    CHECK(note->is_signed_by(*key));
    CHECK(note->encode() == whole);

    const auto seed = from_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
    REQUIRE(seed);
    crypto::SigningKey signer{crypto::Secret(ByteView(*seed).subspan(1))};
    CHECK(sign_note(text, "PeterNeumann", signer).encode() == whole);
}

TEST_CASE("keys and notes have one spelling") {
    for (const auto* text :
         {"", "+", "a+b", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
          "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
        CHECK_FALSE(NoteKey::parse(text));
    }
    CHECK(is_note_text("one\ntwo\n"));
    for (const auto* text : {"", "\n", "one", "one\n\ntwo\n", "\none\n", "tab\there\n"})
        CHECK_FALSE(is_note_text(text));
    std::string_view no_signature = "one\n\ntwo\n";
    CHECK_FALSE(take_note(no_signature));
}

TEST_CASE("a checkpoint is read back as it was written, and in no other spelling") {
    crypto::SigningKey signer(crypto::random_secret(32));
    const NoteKey next{"log", crypto::SigningKey(crypto::random_secret(32)).verifying_key()};
    const Checkpoint checkpoint{"log", 17, crypto::sha256({}), 3, next};
    auto encoded = sign_checkpoint(checkpoint, signer).note.encode();
    encoded += encoded;
    std::string_view rest = encoded;
    for (int i = 0; i < 2; ++i) {
        const auto read = take_checkpoint(rest);
        REQUIRE(read);
        CHECK(read->checkpoint == checkpoint);
        CHECK(read->note.is_signed_by({"log", signer.verifying_key()}));
        CHECK_FALSE(read->note.is_signed_by({"other", signer.verifying_key()}));
        CHECK_FALSE(read->note.is_signed_by(next));
    }
    CHECK(rest.empty());
    const auto text = checkpoint.text();
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"\n17\n", "\n017\n"},
                                                          {"\n17\n", "\n-1\n"},
                                                          {"\n17\n", "\n\n"},
                                                          {"epoch 3", "epoch +3"},
                                                          {"epoch", "epochs"},
                                                          {"next log", "next  log"},
                                                          {"\n17\n", "\n99999999999999999999\n"}}) {
        auto other = text;
        other.replace(other.find(from), from.size(), to);
        CHECK_FALSE(Checkpoint::parse(other));
    }
    CHECK_FALSE(Checkpoint::parse(text + "more\n"));
}

TEST_CASE("known checkpoints are read as editors leave them") {
    crypto::SigningKey signer(crypto::random_secret(32));
    const Checkpoint first{"log", 17, crypto::sha256({}), 3, std::nullopt};
    const Checkpoint second{"log", 18, crypto::sha256({}), 3, std::nullopt};
    const auto one = sign_checkpoint(first, signer).note.encode();
    const auto two = sign_checkpoint(second, signer).note.encode();
    const auto with_cr = [](const std::string& text) {
        std::string out;
        for (const char c : text)
            out += c == '\n' ? std::string("\r\n") : std::string(1, c);
        return out;
    };
    const std::string mark = "\xEF\xBB\xBF";
    for (const auto& text :
         {one + two, with_cr(one) + with_cr(two), mark + one + mark + two, one + "\n\n" + two,
          "\n" + one + two + "\n", one + two.substr(0, two.size() - 1), with_cr(one + "\n" + two)})
        CHECK(parse_checkpoints(text) == std::vector{first, second});
    for (const auto& text : {std::string(), std::string("\r\n"), mark, one + "a word\n"})
        CHECK(test::status_of([&] { (void)parse_checkpoints(text); }) == Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("a file that never was a bundle is none, rather than a forged one") {
    test::LogFixture f;
    f.audit().recover();
    const auto says = [&](std::string_view file) -> std::string {
        try {
            (void)verify_bundle(as_bytes(file), f.first_key(), {});
        } catch (const Error& error) {
            CHECK(error.status() == Status::ERR_INVALID_ARGUMENT);
            return error.what();
        }
        return "a verdict";
    };
    using namespace std::string_view_literals;
    for (const auto& [file, word] : {std::pair{""sv, "empty"},
                                     {"\x1F\x8B\x08"sv, "compressed"},
                                     {"PK\x03\x04"sv, "compressed"},
                                     {"{\"sequence\":1}"sv, "JSON"},
                                     {"<110>1 2026"sv, "syslog"},
                                     {"Dear auditor"sv, "another kind"}})
        CHECK(says(file).find(word) != std::string::npos);
    CHECK(says("bundl") == "a verdict");
    CHECK(says("bundle\0"sv) == "a verdict");
    CHECK(says(as_text(f.bundle())) == "a verdict");
}

TEST_CASE("a checkpoint that is asked for covers all events, and is signed by the key that is published") {
    test::LogFixture f;
    CHECK(test::status_of([&] { (void)f.audit().checkpoint(test::auditor); }) == Status::ERR_NOT_POSSIBLE);
    f.audit().recover();
    f.record(10);
    const auto newest = f.audit().checkpoint(test::auditor);
    CHECK(newest.checkpoint.size == 11);
    CHECK(newest.checkpoint.root == f.audit().head(test::auditor).root);
    CHECK(newest.note.is_signed_by(f.first_key()));
    CHECK(f.audit().checkpoint(test::auditor).note.encode() == newest.note.encode());
}

TEST_CASE("the archive of a bundle gives nothing away to hostile headers") {
    Bytes bytes;
    ArchiveWriter writer([&](ByteView some) { bytes.insert(bytes.end(), some.begin(), some.end()); });
    writer.add("one", "content");
    writer.end();
    CHECK(bytes.size() == 512 + 512 + 1024);
    const auto take = [](ByteView from, std::size_t limit) -> std::string {
        auto rest = from;
        ArchiveReader reader([&](ByteSpan into) {
            const auto size = std::min(rest.size(), into.size());
            std::copy_n(rest.begin(), size, into.begin());
            rest = rest.subspan(size);
            return size;
        });
        try {
            const auto content = reader.take("one", limit);
            reader.end();
            return std::string(as_text(content));
        } catch (const BadArchive& bad) {
            return "bad: " + bad.reason;
        }
    };
    CHECK(take(bytes, 7) == "content");
    CHECK(take(bytes, 6).starts_with("bad"));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK(take(ByteView(bytes).first(size), 7).starts_with("bad"));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto other = bytes;
        other[at] ^= 1;
        const bool content = at >= 512 && at < 519;
        CHECK(take(other, std::size_t{1} << 40).starts_with("bad") == !content);
    }
    bytes.push_back(0);
    CHECK(take(bytes, 7).starts_with("bad"));
}
