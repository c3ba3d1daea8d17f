// Bundles that somebody has altered, in every way that was thought of: each is refused, and the first wrong
// event named. MYQSEC_AUDIT_ATTACKS=1000 is how many of each; with MYQSEC_AUDIT_BUNDLES=FOLDER they are
// written there too, with what is expected, for other verifiers.
#include <cstdlib>
#include <fstream>
#include <random>

#include <doctest/doctest.h>

#include "audit/bundle_model.hpp"
#include "audit/log_fixture.hpp"
#include "base/rounds.hpp"
#include "crypto/random.hpp"

using namespace myqsec;
using namespace myqsec::audit;
using test::BundleModel;

namespace {

const int attacks = test::rounds("MYQSEC_AUDIT_ATTACKS", 200);

/// Three epochs of some hundred events with checkpoints at odd places, and the keys that should be gone.
struct Victim : test::LogFixture {
    std::mt19937 random{20'260'101};
    std::vector<crypto::Secret> seeds;
    std::vector<std::int64_t> closing;  ///< of epoch 1, of epoch 2
    NoteKey key;
    BundleModel model;

    Victim() {
        audit().recover();
        key = first_key();
        const auto owner = person();
        for (std::uint32_t epoch = 1; epoch <= 3; ++epoch) {
            seeds.push_back(vault->keystore().key(storage::KeyPurpose::audit_signing, epoch).clone());
            for (int i = 0; i < 8; ++i) {
                record(between(1, 60));
                auto personal = event(i);
                personal.personal = {{owner, "job_name", "minutes.pdf"}};
                record(personal);
                audit().drain();
            }
            if (epoch == 3) break;
            audit().rotate_key(test::key_manager);
            closing.push_back(audit().head(test::auditor).size);
        }
        model = BundleModel::parse(bundle());
    }

    int between(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<int>(static_cast<int>(least), static_cast<int>(most))(random);
    }
    Bytes& event_at(BundleModel& in, std::int64_t sequence) {
        return in.events[static_cast<std::size_t>(sequence - 1)];
    }
    /// As an attacker alters it who wants it to pass: well-formed, its number right.
    void alter(BundleModel& in, std::int64_t sequence) {
        auto decoded = decode_event(event_at(in, sequence));
        decoded.object.id += 1;
        event_at(in, sequence) = encode_event(decoded);
    }
    /// Signs every checkpoint from event `from` on anew.
    void resign(BundleModel& in, std::int64_t from, const crypto::Secret& seed,
                std::optional<std::uint32_t> epoch) {
        crypto::SigningKey signer(seed);
        CompactRange range;
        std::int64_t size = 0;
        for (auto& each : in.checkpoints) {
            for (; size < each.checkpoint.size; ++size)
                range.append(leaf_hash(in.events[static_cast<std::size_t>(size)]));
            if (size < from) continue;
            auto said = each.checkpoint;
            said.root = range.root();
            if (epoch) said.epoch = *epoch;
            each = sign_checkpoint(said, signer);
        }
    }

    /// Verifies a bundle that is wrong from `expected` on.
    void refuse(std::string_view attack, const Bytes& bundle, std::int64_t expected,
                const std::vector<SignedCheckpoint>& known = {}) {
        std::vector<Checkpoint> checkpoints;
        for (const auto& each : known)
            checkpoints.push_back(each.checkpoint);
        const auto verdict = verify_bundle(bundle, key, checkpoints);
        CHECK_MESSAGE(!verdict.valid, attack, " passed");
        CHECK_MESSAGE(verdict.wrong_event == expected, attack, ": ", verdict.reason);
        keep(attack, bundle, expected, known);
    }

    void keep(std::string_view attack, const Bytes& bundle, std::int64_t expected,
              const std::vector<SignedCheckpoint>& known) {
        const char* folder = std::getenv("MYQSEC_AUDIT_BUNDLES");
        if (folder == nullptr) return;
        const auto path = fmt::format("{}/{}-{}", folder, attack, ++kept);
        std::ofstream(path + ".bundle", std::ios::binary)
            .write(reinterpret_cast<const char*>(bundle.data()), static_cast<std::streamsize>(bundle.size()));
        std::ofstream since(path + ".since");
        for (const auto& each : known)
            since << each.note.encode();
        std::ofstream(path + ".expected") << expected << '\n' << key.text() << '\n';
    }
    int kept = 0;
};

}  // namespace

TEST_CASE("the untouched bundle passes, also from every one of its checkpoints on") {
    Victim v;
    const auto bundle = v.model.encode();
    CHECK(bundle == v.model.encode(v.model.leaves()));
    std::vector<Checkpoint> known;
    for (const auto& each : v.model.checkpoints)
        known.push_back(each.checkpoint);
    const auto verdict = verify_bundle(bundle, v.key, known);
    CHECK_MESSAGE(verdict.valid, verdict.reason);
    CHECK(verdict.epoch == 3);
    CHECK(verdict.sealed_values == 24);
    v.keep("untouched", bundle, 0, v.model.checkpoints);
}

TEST_CASE("a bit flipped in an event") {
    Victim v;
    const auto leaves = v.model.leaves();
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        const auto at = v.between(1, model.size());
        auto& event = v.event_at(model, at);
        const auto byte = static_cast<std::size_t>(v.between(0, static_cast<std::int64_t>(event.size()) - 1));
        event[byte] ^= static_cast<std::uint8_t>(1U << v.between(0, 7));
        v.refuse("flip", model.encode(leaves), at);
    }
}

TEST_CASE("a bit flipped anywhere in the bundle") {
    Victim v;
    const auto bundle = v.model.encode();
    for (int i = 0; i < attacks; ++i) {
        auto flipped = bundle;
        const auto byte =
            static_cast<std::size_t>(v.between(0, static_cast<std::int64_t>(flipped.size()) - 1));
        flipped[byte] ^= static_cast<std::uint8_t>(1U << v.between(0, 7));
        const auto verdict = verify_bundle(flipped, v.key, {});
        CHECK_FALSE(verdict.valid);
        CHECK(verdict.wrong_event > 0);
        CHECK(verdict.wrong_event <= v.model.size() + 1);
        v.keep("anywhere", flipped, verdict.wrong_event, {});
    }
}

TEST_CASE("a bit flipped in a checkpoint leaves those before it as proven as they were") {
    Victim v;
    const auto bundle = v.model.encode();
    const auto text = as_text(bundle);
    for (int i = 0; i < attacks; ++i) {
        const auto& all = v.model.checkpoints;
        const auto which = static_cast<std::size_t>(v.between(0, static_cast<std::int64_t>(all.size()) - 1));
        const auto note = all[which].note.encode();
        auto flipped = bundle;
        const auto at = text.find(note) +
                        static_cast<std::size_t>(v.between(0, static_cast<std::int64_t>(note.size()) - 1));
        flipped[at] ^= static_cast<std::uint8_t>(1U << v.between(0, 7));
        const auto proven = which == 0 ? 0 : all[which - 1].checkpoint.size;
        v.refuse("checkpoint", flipped, proven + 1);
    }
}

TEST_CASE("a change of key that says anything else, signed by whoever could, is a wrong one") {
    Victim v;
    const auto signed_anew = [&](BundleModel model) {
        v.resign(model, 1, v.seeds[0], std::nullopt);
        for (std::size_t epoch = 2; epoch <= 3; ++epoch)
            v.resign(model, v.closing[epoch - 2] + 1, v.seeds[epoch - 1], std::nullopt);
        return model.encode();
    };
    const auto changed = [&](std::int64_t at, const std::vector<Change>& changes) {
        auto model = v.model;
        auto event = decode_event(v.event_at(model, at));
        event.action = Action::audit_key_rotated;
        event.changes = changes;
        v.event_at(model, at) = encode_event(event);
        return signed_anew(std::move(model));
    };
    const auto right = decode_event(v.event_at(v.model, v.closing[0])).changes;
    auto more = right;
    more.push_back({"and", "", "more"});
    auto other = right;
    other[0].new_value = "02";
    for (const auto& changes : {more, other, std::vector<Change>{}, {right[0]}, {right[1], right[0]}})
        v.refuse("odd-rotation", changed(v.closing[0], changes), v.closing[0]);
    const auto between = v.closing[0] + 5;
    if (v.model.signed_before(between + 1) != between)
        v.refuse("odd-rotation", changed(between, more), v.model.signed_before(between) + 1);
}

TEST_CASE("what others signed a checkpoint with changes nothing") {
    Victim v;
    crypto::SigningKey witness(crypto::random_secret(32));
    const auto known = v.model.checkpoints;
    for (auto& each : v.model.checkpoints) {
        auto& lines = each.note.signatures;
        const auto other = sign_note(each.note.text, "witness.example/w1", witness).signatures.front();
        lines.insert(lines.begin(), other);
        lines.push_back({"witness.example/w2", 7, Bytes(72, 9)});  // a time, and then a signature
        lines.push_back({v.key.name, 7, Bytes(64)});               // another key of the same name
    }
    const auto verdict = verify_bundle(v.model.encode(), v.key, {});
    CHECK_MESSAGE(verdict.valid, verdict.reason);
    v.keep("witnessed", v.model.encode(), 0, v.model.checkpoints);
    v.model.checkpoints.back().note.signatures.erase(v.model.checkpoints.back().note.signatures.begin() + 1);
    v.refuse("only-witnessed", v.model.encode(), known[known.size() - 2].checkpoint.size + 1);
}

TEST_CASE("a key of small order vouches for nothing, neither as the first nor as the next") {
    Victim v;
    crypto::VerifyingKey identity{1};
    CHECK_FALSE(NoteKey::parse(NoteKey{v.key.name, identity}.text()));
    auto model = v.model;
    const auto closing = std::ranges::find(model.checkpoints, v.closing[0],
                                           [](const auto& each) { return each.checkpoint.size; });
    crypto::SigningKey signer(v.seeds[0]);
    auto said = closing->checkpoint;
    said.next = NoteKey{v.key.name, identity};
    *closing = sign_checkpoint(said, signer);
    v.refuse("small-order", model.encode(), v.model.signed_before(v.closing[0]) + 1);
}

TEST_CASE("an event dropped, the hashes left as they were") {
    Victim v;
    const auto leaves = v.model.leaves();
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        const auto at = v.between(1, model.size());
        model.events.erase(model.events.begin() + at - 1);
        model.personal.erase(model.personal.begin() + at - 1);
        // The last segment is one short then; any other borrows from the next.
        v.refuse("drop", model.encode(leaves), at);
    }
}

TEST_CASE("an event dropped, those behind it renumbered, and all hashes made to fit") {
    Victim v;
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        const auto at = v.between(1, model.size() - 1);
        model.events.erase(model.events.begin() + at - 1);
        model.personal.erase(model.personal.begin() + at - 1);
        for (auto sequence = static_cast<std::int64_t>(at); sequence <= model.size(); ++sequence) {
            auto decoded = decode_event(v.event_at(model, sequence));
            decoded.sequence = sequence;
            v.event_at(model, sequence) = encode_event(decoded);
        }
        const auto expected = model.signed_before(at) + 1;
        std::erase_if(model.checkpoints,
                      [&](const auto& each) { return each.checkpoint.size > model.size(); });
        v.refuse("renumber", model.encode(), expected);
    }
}

TEST_CASE("two events swapped") {
    Victim v;
    const auto leaves = v.model.leaves();
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        const auto first = v.between(1, model.size() - 1);
        const auto second = v.between(first + 1, model.size());
        std::swap(v.event_at(model, first), v.event_at(model, second));
        v.refuse("swap", model.encode(leaves), first);
    }
}

TEST_CASE("an event altered, and all hashes made to fit") {
    Victim v;
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        const auto at = v.between(1, model.size());
        v.alter(model, at);
        v.refuse("rehash", model.encode(), model.signed_before(at) + 1);
    }
}

TEST_CASE("a tail re-signed with a retired key") {
    Victim v;
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        // The key of epoch 1 or 2, for events behind the end of its epoch; called by its own number, or the
        // right one.
        const auto epoch = static_cast<std::uint32_t>(v.between(1, 2));
        const auto at = v.between(v.closing[epoch - 1] + 1, model.size());
        v.alter(model, at);
        v.resign(model, at, v.seeds[epoch - 1], v.between(0, 1) == 0 ? std::optional(epoch) : std::nullopt);
        v.refuse("retired", model.encode(), v.model.signed_before(at) + 1);
    }
}

TEST_CASE("a tail re-signed with a foreign key") {
    Victim v;
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        const auto at = v.between(1, model.size());
        v.alter(model, at);
        v.resign(model, at, crypto::random_secret(32), std::nullopt);
        v.refuse("foreign", model.encode(), v.model.signed_before(at) + 1);
    }
}

TEST_CASE("a log cut behind a known checkpoint, at a place where it was signed") {
    Victim v;
    const auto& all = v.model.checkpoints;
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        const auto keep = static_cast<std::size_t>(v.between(1, static_cast<std::int64_t>(all.size()) - 1));
        const auto known = static_cast<std::size_t>(
            v.between(static_cast<std::int64_t>(keep), static_cast<std::int64_t>(all.size()) - 1));
        model.checkpoints.resize(keep);
        const auto end = static_cast<std::size_t>(model.checkpoints.back().checkpoint.size);
        model.events.resize(end);
        model.personal.resize(end);
        const auto bundle = model.encode();
        // Nobody can tell without the later checkpoint.
        CHECK(verify_bundle(bundle, v.key, {}).valid);
        v.refuse("cut", bundle, static_cast<std::int64_t>(end) + 1, {all[known]});
    }
}

TEST_CASE("a history rewritten with the stolen key of its own epoch, against known checkpoints") {
    Victim v;
    const auto& all = v.model.checkpoints;
    for (int i = 0; i < attacks; ++i) {
        auto model = v.model;
        // The thief has every key, so that all of the tail is signed as it should be.
        const auto at = v.between(1, model.size() - 60);
        v.alter(model, at);
        v.resign(model, at, v.seeds[0], std::nullopt);
        for (std::size_t epoch = 2; epoch <= 3; ++epoch)
            v.resign(model, std::max<std::int64_t>(at, v.closing[epoch - 2] + 1), v.seeds[epoch - 1],
                     std::nullopt);
        const auto bundle = model.encode();
        CHECK(verify_bundle(bundle, v.key, {}).valid);
        std::vector<SignedCheckpoint> known;
        for (const auto& each : all) {
            if (each.checkpoint.size % 3 != 0) known.push_back(each);
        }
        std::int64_t last_good = 0;
        for (const auto& each : known) {
            if (each.checkpoint.size < at) last_good = each.checkpoint.size;
        }
        if (known.back().checkpoint.size < at) continue;
        v.refuse("fork", bundle, last_good + 1, known);
    }
}

TEST_CASE("a bundle that ends anywhere") {
    Victim v;
    const auto bundle = v.model.encode();
    for (int i = 0; i < attacks; ++i) {
        const auto size =
            static_cast<std::size_t>(v.between(1, static_cast<std::int64_t>(bundle.size()) - 1));
        const auto verdict = verify_bundle(ByteView(bundle).first(size), v.key, {});
        CHECK_FALSE(verdict.valid);
        CHECK(verdict.wrong_event == verdict.proven + 1);
        if (i < 20) v.keep("end", copy_of(ByteView(bundle).first(size)), verdict.wrong_event, {});
    }
}

TEST_CASE("a front cut off and passed for pruned, all else as it was signed") {
    Victim v;
    const auto leaves = v.model.leaves();
    for (std::size_t first = 257; first < leaves.size(); first += 256)
        v.refuse("front", v.model.encode(leaves, first), 1);
}

TEST_CASE(
    "a front that was pruned indeed passes, with every checkpoint that was handed out; a fork in it does "
    "not") {
    Victim v;
    std::vector<SignedCheckpoint> known;
    v.audit().recover();
    for (int i = 0; i < 5; ++i) {
        v.record(v.between(20, 90));
        known.push_back(v.audit().checkpoint(test::auditor));
    }
    v.clock.advance(std::chrono::hours(24 * 366));
    v.record(300);
    v.audit().prune(test::ticker, std::chrono::hours(24 * 365));
    const auto bundle = v.bundle();
    std::vector<Checkpoint> checkpoints;
    for (const auto& each : known)
        checkpoints.push_back(each.checkpoint);
    const auto verdict = verify_bundle(bundle, v.key, checkpoints);
    CHECK_MESSAGE(verdict.valid, verdict.reason);
    CHECK(verdict.first > 256);
    v.keep("pruned", bundle, 0, known);
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (known[i].checkpoint.size >= verdict.first) continue;
        auto forked = known;
        forked[i].checkpoint.root[3] ^= 1;
        forked[i].note.text = forked[i].checkpoint.text();
        v.refuse("pruned-fork", bundle, i == 0 ? 1 : known[i - 1].checkpoint.size + 1, forked);
        forked[i].checkpoint = known[i].checkpoint;
        forked[i].checkpoint.size -= 1;
        forked[i].note.text = forked[i].checkpoint.text();
        v.refuse("pruned-unproven", bundle, i == 0 ? 1 : known[i - 1].checkpoint.size + 1, forked);
    }
    for (int i = 0; i < attacks; ++i) {
        auto flipped = bundle;
        const auto at =
            i % 2 == 0 ? bundle.size() : std::min(bundle.size(), as_text(bundle).find("tile/entries"));
        flipped[static_cast<std::size_t>(v.between(0, static_cast<std::int64_t>(at) - 1))] ^=
            static_cast<std::uint8_t>(1U << v.between(0, 7));
        const auto refused = verify_bundle(flipped, v.key, {});
        CHECK_FALSE(refused.valid);
        v.keep("pruned-anywhere", flipped, refused.wrong_event, {});
    }
}

TEST_CASE("epochs doubled, left out or in the wrong order") {
    Victim v;
    const auto closing_at = [&](BundleModel& in, std::int64_t size) {
        return std::find_if(in.checkpoints.begin(), in.checkpoints.end(),
                            [&](const auto& each) { return each.checkpoint.size == size; });
    };
    {
        auto model = v.model;
        model.checkpoints.erase(closing_at(model, v.closing[0]));
        v.refuse("no-closing", model.encode(), v.model.signed_before(v.closing[0]) + 1);
    }
    {
        auto model = v.model;
        const auto at = closing_at(model, v.closing[0]);
        model.checkpoints.insert(at, *at);
        const auto verdict = verify_bundle(model.encode(), v.key, {});
        CHECK_FALSE(verdict.valid);
        v.refuse("doubled", model.encode(), verdict.wrong_event);
    }
    {
        // The thief of epoch 1's key says at once who comes next.
        auto model = v.model;
        const auto first = model.checkpoints.begin();
        crypto::SigningKey signer(v.seeds[0]);
        auto said = first->checkpoint;
        said.next = NoteKey{v.key.name, crypto::SigningKey(crypto::random_secret(32)).verifying_key()};
        *first = sign_checkpoint(said, signer);
        v.refuse("early", model.encode(), said.size);
    }
    {
        auto model = v.model;
        std::swap(*closing_at(model, v.closing[0]), *closing_at(model, v.closing[1]));
        const auto verdict = verify_bundle(model.encode(), v.key, {});
        CHECK_FALSE(verdict.valid);
        CHECK(verdict.wrong_event <= v.closing[0]);
    }
}
