#include "audit/bundle/bundle_verifier.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "audit/bundle/bundle_format.hpp"
#include "audit/bundle/bundle_parts.hpp"
#include "audit/signing/checkpoint.hpp"
#include "audit/tree/merkle.hpp"
#include "base/error.hpp"

namespace myqsec::audit {

namespace {

class BundleVerifier {
 public:
    BundleVerifier(const Read& read, const NoteKey& first_key, std::vector<Checkpoint> known)
        : archive_(read), chain_(first_key), known_(std::move(known)) {
        for (const auto& each : known_) {
            if (each.origin != first_key.name || each.size < 1) {
                fail(Status::ERR_INVALID_ARGUMENT,
                     "the known checkpoint is for {} events of log '{}', the key is of log '{}'", each.size,
                     each.origin, first_key.name);
            }
        }
        std::ranges::stable_sort(known_, {}, &Checkpoint::size);
    }

    Verdict run() {
        try {
            verify();
            out_.valid = true;
        } catch (const Wrong& wrong) {
            out_.wrong_event = wrong.event;
            out_.reason = wrong.reason;
        } catch (const BadArchive& bad) {
            // Nothing behind it can be trusted to be in its place.
            out_.wrong_event = out_.proven + 1;
            out_.reason = fmt::format("no signature vouches for it: the bundle is damaged: {}", bad.reason);
            if (pending_) out_.reason += fmt::format("; event {}: {}", pending_->event, pending_->reason);
        }
        out_.epoch = chain_.epoch();
        return std::move(out_);
    }

 private:
    [[noreturn]] void unproven(std::string reason) const { throw Wrong{out_.proven + 1, std::move(reason)}; }

    void verify() {
        if (const auto kind = other_kind_of_file(archive_.first_block(), bundle::head_name))
            fail(Status::ERR_INVALID_ARGUMENT, "this is no audit bundle: {}", *kind);
        read_head();
        read_pruned();
        for (auto first = out_.first; first <= out_.size; first += static_cast<std::int64_t>(tile_width))
            read_segment_at(first);
        for (const auto& tile : tiles_.unfinished()) {
            if (tile.level > 0) compare_tile(tile);
        }
        read_newest();
        archive_.end();
        check_pruning();
        if (next_known_ < known_.size()) {
            throw Wrong{out_.size + 1, fmt::format("it is missing: a known checkpoint says that there are {}",
                                                   known_[next_known_].size)};
        }
    }

    void read_head() {
        const auto head = archive_.take(bundle::head_name, bundle::largest_text);
        const auto text = as_text(head);
        const auto number = [&](std::string_view word) {
            std::int64_t value = 0;
            const auto at = text.find(word);
            if (at != std::string_view::npos)
                std::from_chars(text.data() + at + word.size(), text.data() + text.size(), value);
            return value;
        };
        const auto first = number("\nfirst ");
        const auto size = number("\nsize ");
        if (text.starts_with("myqsec audit bundle ") && number("myqsec audit bundle ") > bundle::version)
            unproven("the bundle has a newer version; verify it with a newer library");
        if (text != bundle::head_text(chain_.key().name, first, size)) {
            if (text.find('\n' + chain_.key().name + '\n') == std::string_view::npos)
                unproven("the bundle is of another log than the key");
            unproven("the bundle's first file is damaged");
        }
        if (size < 1 || size > bundle::largest_size || first < 1 || first > size ||
            (first - 1) % tile_width != 0)
            unproven("the bundle's sizes are not possible");
        out_.first = first;
        out_.size = size;
    }

    void read_pruned() {
        if (out_.first == 1) return;
        const auto file = archive_.take(bundle::pruned_name, bundle::largest_pruned);
        const auto pruned = read_pruned_part(as_text(file), out_.first - 1);
        if (!pruned) unproven("what stands for the pruned events is damaged");
        tiles_ = pruned->tiles;
        range_ = tiles_.range();
        for (const auto& each : pruned->checkpoints) {
            const auto& said = each.checkpoint.checkpoint;
            if (const auto objection = chain_.objection(each.checkpoint)) unproven(*objection);
            if (!verify_consistency(each.proof, static_cast<std::uint64_t>(said.size), said.root,
                                    range_.size(), range_.root())) {
                unproven(fmt::format("the log does not go on from its checkpoint for {} events", said.size));
            }
            prove(said);
            if (said.next) chain_.succeed(*said.next);
        }
        compare_with_known(*pruned);
    }

    void compare_with_known(const PrunedPart& pruned) {
        for (; next_known_ < known_.size() && known_[next_known_].size < out_.first; ++next_known_) {
            const auto& known = known_[next_known_];
            const auto root = root_in(pruned, known.size);
            if (!root) {
                throw Wrong{
                    known_size_ + 1,
                    fmt::format("nothing proves that the log goes on from the known checkpoint for {} "
                                "events, which were pruned",
                                known.size)};
            }
            if (*root != known.root) throw Wrong{known_size_ + 1, forked_from(known)};
            known_size_ = known.size;
        }
    }

    [[nodiscard]] std::optional<crypto::Digest> root_in(const PrunedPart& pruned, std::int64_t size) const {
        if (size == out_.first - 1) return range_.root();
        for (const auto& each : pruned.checkpoints) {
            if (each.checkpoint.checkpoint.size == size) return each.checkpoint.checkpoint.root;
        }
        return std::nullopt;
    }

    static std::string forked_from(const Checkpoint& known) {
        return fmt::format("the events up to {} are not those of the known checkpoint", known.size);
    }

    void prove(const Checkpoint& said) {
        out_.proven = said.size;
        out_.root = said.root;
    }

    void read_segment_at(std::int64_t first) {
        const auto width = static_cast<std::size_t>(
            std::min<std::int64_t>(static_cast<std::int64_t>(tile_width), out_.size - first + 1));
        const auto number = static_cast<std::uint64_t>(first - 1) / tile_width;
        SegmentFiles files;
        files.entries = archive_.take(bundle::entries_name(number, width), bundle::largest_entries);
        files.personal = archive_.take(bundle::personal_name(number), bundle::largest_personal);
        files.checkpoints = archive_.take(bundle::checkpoints_name(number), bundle::largest_checkpoints);
        files.tile = archive_.take(tile_path("tile/0", number, width), bundle::largest_tile);
        if (files.tile.size() != width * sizeof(crypto::Digest))
            throw BadArchive{fmt::format("a tile of {} hashes has {} bytes", width, files.tile.size())};
        const auto segment = read_segment(files, first, width);
        out_.sealed_values += segment.sealed_values;
        out_.erased_values += segment.erased_values;
        follow(segment, first);
    }

    /// The tree grows by the segment's hashes, and is compared with every checkpoint on the way.
    void follow(const Segment& segment, std::int64_t first) {
        std::vector<Tile> finished;
        auto next = segment.checkpoints.begin();
        if (!pending_ && segment.wrong) {
            pending_ = segment.wrong;
            from_events_ = range_;
        }
        for (std::size_t i = 0; i < segment.tile.size(); ++i) {
            const auto sequence = first + static_cast<std::int64_t>(i);
            finished = tiles_.append(segment.tile[i]);
            range_.append(segment.tile[i]);
            grow_from_events(segment, i);
            const auto* entry = i < segment.entries.size() ? &segment.entries[i] : nullptr;
            if (!pending_ && entry && entry->pruning) pruned_to_ = entry->pruning->new_first;
            meet_known(sequence);
            const bool here = next != segment.checkpoints.end() && next->checkpoint.size == sequence;
            const bool ends_epoch = !pending_ && entry && entry->ends_epoch;
            if (here) {
                meet(*next++, ends_epoch ? entry : nullptr);
            } else if (ends_epoch) {
                unproven(fmt::format("event {} ends signing epoch {}, but no checkpoint does", sequence,
                                     chain_.epoch()));
            }
        }
        if (!segment.checkpoints_end_well)
            unproven(fmt::format("a checkpoint for one of events {} to {} is damaged", first,
                                 first + static_cast<std::int64_t>(segment.tile.size()) - 1));
        for (const auto& tile : finished) {
            if (tile.level > 0) compare_tile(tile);
        }
    }

    /// While something is pending: would the events as they are make the tree that was signed?
    void grow_from_events(const Segment& segment, std::size_t index) {
        if (!from_events_) return;
        if (index < segment.entries.size()) {
            from_events_->append(segment.entries[index].leaf);
        } else {
            from_events_.reset();
        }
    }

    void meet_known(std::int64_t size) {
        for (; next_known_ < known_.size() && known_[next_known_].size == size; ++next_known_) {
            if (known_[next_known_].root == range_.root()) {
                if (!forked_) known_size_ = size;
            } else if (!forked_) {
                forked_ = Wrong{known_size_ + 1, forked_from(known_[next_known_])};
            }
        }
    }

    /// With the event that ends the epoch there, if one does.
    void meet(const SignedCheckpoint& checkpoint, const Segment::Entry* ending) {
        const auto& said = checkpoint.checkpoint;
        if (const auto objection = chain_.objection(checkpoint)) unproven(*objection);
        if (pending_) {
            // The signature decides what is wrong: if neither tile nor events fit it, they were altered
            // together, and nothing tells from where on.
            const bool tile_fits = range_.root() == said.root;
            const bool events_fit = from_events_ && from_events_->root() == said.root;
            if (tile_fits || events_fit)
                throw Wrong{*pending_};  // NOLINT(cert-err60-cpp): its text is copied before it is thrown
        }
        if (range_.root() != said.root)
            unproven(
                fmt::format("events {} to {} are not those that were signed", out_.proven + 1, said.size));
        // Signed, and yet another history than the known one: the key that signed was not in good hands.
        if (forked_) throw Wrong{*forked_};  // NOLINT(cert-err60-cpp): as above
        prove(said);
        newest_ = checkpoint.note.encode();
        const auto& rotation = ending ? ending->rotation : std::nullopt;
        const bool fits = rotation && said.next && rotation->new_key == *said.next &&
                          rotation->old_key == chain_.key() && rotation->epoch == chain_.epoch() + 1;
        if (!fits && (ending || said.next))
            throw Wrong{said.size,
                        "the change of key that it records is not the one that its checkpoint signs"};
        if (fits) chain_.succeed(*said.next);
    }

    void compare_tile(const Tile& tile) {
        const auto file = archive_.take(bundle::tile_name(tile), bundle::largest_tile);
        const auto expected = tile.encode();
        if (file == expected) return;
        const auto at =
            static_cast<std::uint64_t>(std::ranges::mismatch(file, expected).in2 - expected.begin()) /
            sizeof(crypto::Digest);
        const auto covered = (tile.index * tile_width + at) << (tile_height * tile.level);
        throw Wrong{
            static_cast<std::int64_t>(covered) + 1,
            fmt::format("the hash over it in '{}' is not that of the events", bundle::tile_name(tile))};
    }

    void read_newest() {
        const auto file = archive_.take(bundle::checkpoint_name, bundle::largest_text);
        if (out_.proven != out_.size)
            unproven(fmt::format("no checkpoint covers events {} to {}", out_.proven + 1, out_.size));
        // Byte by byte: a signature is verified once.
        if (as_text(file) != newest_)
            unproven("the newest checkpoint is not the last of those of the events");
    }

    void check_pruning() const {
        if (pruned_to_ == out_.first) return;
        throw Wrong{
            1,
            pruned_to_ < out_.first
                ? fmt::format("it is missing: no event says that those before {} were pruned", out_.first)
                : fmt::format("the log says that it begins with event {}, not {}", pruned_to_, out_.first)};
    }

    ArchiveReader archive_;
    KeyChain chain_;
    std::vector<Checkpoint> known_;
    std::size_t next_known_ = 0;
    std::int64_t known_size_ = 0;   ///< of the newest known checkpoint that was met
    TileStack tiles_;               ///< of the bundle's hashes
    CompactRange range_;            ///< the same, for roots
    std::optional<Wrong> pending_;  ///< found, and to be decided by the next signature
    std::optional<CompactRange> from_events_;
    std::optional<Wrong> forked_;  ///< from a known checkpoint; to be decided by the next signature
    std::int64_t pruned_to_ = 1;
    std::string newest_;  ///< the last checkpoint that held
    Verdict out_;
};

}  // namespace

namespace {

/// A text as it was before an editor or a mail program had it: without BOM and CR, its last line ended.
std::string as_written(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    std::string out;
    while (!text.empty()) {
        if (text.starts_with(mark)) text.remove_prefix(mark.size());
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        out.append(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line).append("\n");
    }
    return out;
}

void skip_empty_lines(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
}

}  // namespace

std::vector<Checkpoint> parse_checkpoints(std::string_view text) {
    const auto notes = as_written(text);
    std::string_view rest = notes;
    skip_empty_lines(rest);
    if (rest.empty()) fail(Status::ERR_INVALID_ARGUMENT, "there is no checkpoint: the file is empty");
    std::vector<Checkpoint> out;
    while (!rest.empty()) {
        auto checkpoint = take_checkpoint(rest);
        if (!checkpoint) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "known checkpoint {} is no signed note as 'myqsec audit checkpoint' writes it",
                 out.size() + 1);
        }
        out.push_back(std::move(checkpoint->checkpoint));
        skip_empty_lines(rest);
    }
    return out;
}

Verdict verify_bundle(const Read& read, const NoteKey& first_key, std::vector<Checkpoint> known) {
    return BundleVerifier(read, first_key, std::move(known)).run();
}

Verdict verify_bundle(ByteView bundle, const NoteKey& first_key, std::vector<Checkpoint> known) {
    const auto read = [rest = bundle](ByteSpan into) mutable {
        const auto size = std::min(rest.size(), into.size());
        std::ranges::copy(rest.first(size), into.begin());
        rest = rest.subspan(size);
        return size;
    };
    return verify_bundle(read, first_key, std::move(known));
}

}  // namespace myqsec::audit
