// The verifier of audit bundles: of any bytes, and of a real bundle with edits. What it calls valid is a
// state that the log was in.
#include <algorithm>

#include "audit/log_fixture.hpp"
#include "fuzz/fuzz_target.hpp"

namespace myqsec::fuzz {

namespace {

/// Three segments, two epochs, a person of whom all was erased.
struct Real {
    Real() {
        test::LogFixture log;
        const auto person = log.person();
        log.record(300);
        audit::Event personal = test::LogFixture::event(7);
        personal.personal = {{person, "title", "a name"}};
        log.record(personal);
        log.audit().rotate_key(test::key_manager);
        log.record(300);
        log.erase(person);
        bundle = log.bundle();
        key = log.first_key();
        for (std::int64_t size = 0; size <= log.audit().head(test::auditor).size; ++size)
            roots.push_back(log.audit().root(test::auditor, size));
    }
    Bytes bundle;
    audit::NoteKey key;
    std::vector<crypto::Digest> roots;
};

const Real& real() {
    static const Real made;
    return made;
}

/// Up to eight edits: bytes changed, removed, repeated, moved.
Bytes edited(Choices choices) {
    Bytes out = real().bundle;
    for (std::size_t edits = 1 + choices.below(8); edits > 0 && !out.empty(); --edits) {
        const auto at = static_cast<std::ptrdiff_t>(choices.below(out.size()));
        const auto length =
            std::min<std::ptrdiff_t>(1 + choices.integer<std::uint16_t>(), std::ssize(out) - at);
        const auto begin = out.begin() + at;
        switch (choices.byte() % 4) {
            case 0:
                *begin = static_cast<std::uint8_t>(*begin ^ (choices.byte() | 1));
                break;
            case 1:
                out.erase(begin, begin + length);
                break;
            case 2: {
                const Bytes part(begin, begin + length);
                out.insert(out.begin() + static_cast<std::ptrdiff_t>(choices.below(out.size())), part.begin(),
                           part.end());
                break;
            }
            default:
                std::rotate(out.begin(), begin, begin + length);
                break;
        }
    }
    return out;
}

void check(const audit::Verdict& verdict) {
    if (!verdict.valid) {
        require(!verdict.reason.empty(), "a refusal says why");
        return;
    }
    const auto size = static_cast<std::size_t>(verdict.size);
    require(size < real().roots.size() && verdict.root == real().roots[size],
            "what is valid is a state that the log was in");
}

}  // namespace

void run(ByteView input) {
    if (input.empty()) return;
    const auto rest = input.subspan(1);
    const Bytes bundle = input[0] % 2 == 0 ? Bytes(rest.begin(), rest.end()) : edited(Choices(rest));
    const bool own = bundle == real().bundle;
    try {
        const auto verdict = audit::verify_bundle(bundle, real().key, {});
        check(verdict);
        require(verdict.valid || !own, "the log's own bundle is valid");
    } catch (const Error& error) {
        require(error.status() == Status::ERR_INVALID_ARGUMENT && !own, "what is no bundle is told from it");
    }
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> out{seed_of(0, real().bundle)};
    for (std::uint8_t kind = 0; kind < 4; ++kind)
        out.push_back(seed_of(1, Bytes{0, 0, 0, 9, kind, 0, 1, kind, 5}));
    return out;
}

}  // namespace myqsec::fuzz
