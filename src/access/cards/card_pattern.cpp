#include "access/cards/card_pattern.hpp"

#include <array>

#include <fmt/format.h>

namespace myqsec::access::card_text {

namespace {

using State = Pattern::State;
using Kind = Pattern::Kind;
using Characters = Pattern::Characters;

constexpr std::size_t most_repetitions = 256;
constexpr std::size_t deepest = 8;

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 128;
}

Characters range(char from, char to) {
    Characters set;
    for (auto c = static_cast<unsigned char>(from); c <= static_cast<unsigned char>(to); ++c)
        set.set(c);
    return set;
}

/// Reads a pattern, and writes its states as it goes: what is repeated is read again for each repetition.
class Compiler {
 public:
    explicit Compiler(std::string_view pattern) : pattern_(pattern) {}

    std::vector<State> run() {
        if (!pattern_.empty() && pattern_.front() == '^') at_ = 1;
        if (ends_with_anchor()) pattern_.remove_suffix(1);
        alternatives();
        if (at_ < pattern_.size()) throw Mistake(at_, "this ) closes nothing");
        if (captures_ == 0) throw Mistake(0, "the pattern captures nothing: put ( ) around what is wanted");
        emit({Kind::match});
        return std::move(states_);
    }

 private:
    [[nodiscard]] bool ends_with_anchor() const {
        if (pattern_.size() <= at_ || pattern_.back() != '$') return false;
        std::size_t escapes = 0;
        while (escapes + 1 < pattern_.size() && pattern_[pattern_.size() - 2 - escapes] == '\\')
            ++escapes;
        return escapes % 2 == 0;
    }
    [[nodiscard]] bool at_end() const { return at_ >= pattern_.size(); }
    [[nodiscard]] bool sees(char c) const { return !at_end() && pattern_[at_] == c; }
    bool take(char c) {
        if (!sees(c)) return false;
        ++at_;
        return true;
    }

    std::size_t emit(const State& state) {
        if (states_.size() >= Pattern::most_states)
            throw Mistake(at_, fmt::format("the pattern is too large: written out, it may have {} parts",
                                           Pattern::most_states));
        states_.push_back(state);
        return states_.size() - 1;
    }
    [[nodiscard]] std::size_t here() const { return states_.size(); }

    void alternatives() {
        std::vector<std::size_t> ends;
        for (;;) {
            const auto split = emit({Kind::split});  // a jump to the next state, if no other way follows
            states_[split].next = states_[split].other = here();
            sequence();
            if (!take('|')) break;
            ends.push_back(emit({Kind::jump}));
            states_[split].other = here();
        }
        for (const auto end : ends)
            states_[end].next = here();
    }

    void sequence() {
        while (!at_end() && !sees('|') && !sees(')'))
            repeated();
    }

    struct Times {
        std::size_t least;
        std::optional<std::size_t> most;
    };

    /// One part, and how often. To know that, the part is read once without being kept.
    void repeated() {
        const auto begin = at_;
        const auto before = captures_;
        const auto kept = states_.size();
        part();
        const auto end = at_;
        const auto times = how_often();
        if (!times) return;
        if (captures_ != before)
            throw Mistake(end,
                          "what is captured can't be repeated: put the repetition inside of ( ), or "
                          "use (?: )");
        const auto behind = at_;
        states_.resize(kept);
        for (std::size_t i = 0; i < times->least; ++i)
            part_again(begin);
        if (!times->most) {
            const auto split = emit({Kind::split});
            states_[split].next = here();
            part_again(begin);
            emit({Kind::jump, split});
            states_[split].other = here();
        } else {
            std::vector<std::size_t> splits;
            for (std::size_t i = times->least; i < *times->most; ++i) {
                splits.push_back(emit({Kind::split}));
                states_[splits.back()].next = here();
                part_again(begin);
            }
            for (const auto split : splits)
                states_[split].other = here();
        }
        at_ = behind;
    }

    void part_again(std::size_t begin) {
        at_ = begin;
        part();
    }

    std::optional<Times> how_often() {
        if (at_end()) return std::nullopt;
        const auto begin = at_;
        std::optional<Times> times;
        if (take('*'))
            times = Times{0, std::nullopt};
        else if (take('+'))
            times = Times{1, std::nullopt};
        else if (take('?'))
            times = Times{0, 1};
        else if (take('{'))
            times = counted(begin);
        if (times && (sees('*') || sees('+') || sees('?') || sees('{')))
            throw Mistake(at_, "one repetition follows another: put (?: ) around the first");
        return times;
    }

    Times counted(std::size_t begin) {
        Times times{count(begin), std::nullopt};
        if (!take(','))
            times.most = times.least;
        else if (!sees('}'))
            times.most = count(begin);
        if (!take('}')) throw Mistake(begin, "{ begins a repetition as in {4}, {4,} or {4,6}");
        if (times.most && *times.most < times.least)
            throw Mistake(begin, "the repetition's least number is greater than its most");
        return times;
    }

    std::size_t count(std::size_t begin) {
        std::size_t value = 0;
        const auto first = at_;
        while (!at_end() && pattern_[at_] >= '0' && pattern_[at_] <= '9') {
            value = value * 10 + static_cast<std::size_t>(pattern_[at_++] - '0');
            if (value > most_repetitions)
                throw Mistake(begin, fmt::format("at most {} repetitions are counted", most_repetitions));
        }
        if (at_ == first) throw Mistake(begin, "{ begins a repetition as in {4}, {4,} or {4,6}");
        return value;
    }

    void part() {
        const auto begin = at_;
        const char c = pattern_[at_++];
        if (!is_ascii(c)) throw Mistake(begin, "a pattern is written in ASCII");
        if (c == '(') return group(begin);
        if (c == '*' || c == '+' || c == '?' || c == '{')
            throw Mistake(begin, "there is nothing before this to repeat");
        if (c == '^' || c == '$')
            throw Mistake(begin, "the pattern describes the whole text: ^ stands before it and $ behind it");
        emit_characters(c == '.' ? Characters().set() : c == '[' ? bracket(begin) : escaped(begin, c));
    }

    void emit_characters(const Characters& characters) {
        const auto state = emit({Kind::characters, 0, 0, characters});
        states_[state].next = state + 1;
    }

    void group(std::size_t begin) {
        if (++depth_ > deepest) throw Mistake(begin, fmt::format("groups lie {} deep at most", deepest));
        const bool captures = !take('?');
        if (!captures && !take(':')) throw Mistake(begin, "only (?: may follow a ( with ?");
        if (captures) save(begin, true);
        alternatives();
        if (!take(')')) throw Mistake(begin, "this ( is not closed");
        if (captures) save(begin, false);
        --depth_;
    }

    void save(std::size_t begin, bool opens) {
        if (opens && inside_capture_) throw Mistake(begin, "a captured part may not lie inside another");
        if (opens && captures_ >= Pattern::most_captures)
            throw Mistake(begin, fmt::format("at most {} parts can be captured", Pattern::most_captures));
        inside_capture_ = opens;
        const auto state = emit({Kind::save, 0, 2 * captures_ + (opens ? 0 : 1)});
        states_[state].next = state + 1;
        if (!opens) ++captures_;
    }

    Characters escaped(std::size_t begin, char c) {
        if (c != '\\') return range(c, c);
        if (at_end()) throw Mistake(begin, "\\ escapes a sign, and none follows");
        const char sign = pattern_[at_++];
        if (sign == 'd') return range('0', '9');
        if (sign == 'w') return range('0', '9') | range('A', 'Z') | range('a', 'z') | range('_', '_');
        if (sign == 's') return range(' ', ' ') | range('\t', '\t');
        const bool letter = (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z');
        if (!is_ascii(sign) || letter || (sign >= '0' && sign <= '9'))
            throw Mistake(begin, "\\ escapes a sign, or begins \\d, \\w or \\s");
        return range(sign, sign);
    }

    Characters bracket(std::size_t begin) {
        const bool inverted = take('^');
        Characters set;
        for (bool first = true; first || !sees(']'); first = false) {
            if (at_end()) throw Mistake(begin, "this [ is not closed");
            const auto one = at_;
            const char from = pattern_[at_++];
            if (!is_ascii(from)) throw Mistake(one, "a pattern is written in ASCII");
            if (from == ']') throw Mistake(begin, "[ ] holds no character; a ] among them is written \\]");
            const auto characters = escaped(one, from);
            const bool ranged = sees('-') && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
            if (!ranged || characters.count() != 1) {
                set |= characters;
                continue;
            }
            ++at_;
            const auto two = at_;
            const char last = pattern_[at_++];
            const auto end = is_ascii(last) ? escaped(two, last) : Characters();
            if (end.count() != 1) throw Mistake(one, "a range goes from one character to another");
            const char low = only(characters);
            const char high = only(end);
            if (low > high) throw Mistake(one, "this range ends before it begins");
            set |= range(low, high);
        }
        ++at_;
        return inverted ? ~set : set;
    }

    static char only(const Characters& set) {
        std::size_t c = 0;
        while (!set.test(c))
            ++c;
        return static_cast<char>(c);
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t captures_ = 0;
    bool inside_capture_ = false;
    std::vector<State> states_;
};

/// Pike's virtual machine: all ways at once, of which each state keeps the first that came to it.
class Run {
 public:
    explicit Run(const std::vector<State>& states) : states_(states), reached_(states.size(), none) {}

    std::optional<std::string> over(std::string_view text) {
        follow(0, {}, 0);
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::swap(now_, next_);
            next_.clear();
            const auto c = static_cast<unsigned char>(text[at]);
            for (const auto& way : now_) {
                const auto& state = states_[way.state];
                if (state.kind == Kind::characters && c < 128 && state.characters.test(c))
                    follow(state.next, way.marks, at + 1);
            }
        }
        for (const auto& way : next_) {
            if (states_[way.state].kind == Kind::match) return captured(way.marks, text);
        }
        return std::nullopt;
    }

 private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    using Marks = std::array<std::uint16_t, 2 * Pattern::most_captures>;
    struct Way {
        std::size_t state;
        Marks marks;
    };

    static std::string captured(const Marks& marks, std::string_view text) {
        std::string out;
        for (std::size_t i = 0; i < marks.size(); i += 2)
            out += text.substr(marks[i], static_cast<std::size_t>(marks[i + 1] - marks[i]));
        return out;
    }

    /// To all states that are reached from there without another character.
    void follow(std::size_t first, const Marks& marks, std::size_t at) {
        waiting_.push_back({first, marks});
        while (!waiting_.empty()) {
            auto way = waiting_.back();
            waiting_.pop_back();
            if (reached_[way.state] == at) continue;
            reached_[way.state] = at;
            const auto& state = states_[way.state];
            switch (state.kind) {
                case Kind::split:
                    waiting_.push_back({state.other, way.marks});
                    [[fallthrough]];
                case Kind::jump:
                    waiting_.push_back({state.next, way.marks});
                    break;
                case Kind::save:
                    way.marks[state.other] = static_cast<std::uint16_t>(at);
                    waiting_.push_back({state.next, way.marks});
                    break;
                case Kind::characters:
                case Kind::match:
                    next_.push_back(way);
                    break;
            }
        }
    }

    const std::vector<State>& states_;
    std::vector<std::size_t> reached_;  ///< behind how many characters each state was reached last
    std::vector<Way> now_, next_, waiting_;
};

}  // namespace

Pattern::Pattern(std::string_view pattern) {
    if (pattern.size() > longest)
        throw Mistake(0, fmt::format("a pattern has at most {} characters", longest));
    states_ = Compiler(pattern).run();
}

std::optional<std::string> Pattern::capture(std::string_view text) const {
    return Run(states_).over(text);
}

}  // namespace myqsec::access::card_text
