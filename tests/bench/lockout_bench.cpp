// What lockout lets through, and what it costs honest people: thirty days of a site, simulated, with the
// model that logins use. docs/lockout.md has the figures.
//   lockout_bench USERS DEVICES DAYS TYPOS(percent) ATTACK(all, names, none)
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <queue>
#include <random>
#include <string>

#include "access/identity/lock_model.hpp"

using namespace myqsec;
using namespace myqsec::access;

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Records in memory.
class MemoryBook final : public LockBook {
 public:
    LockRecord find(const LockKey& key) override {
        const auto found = records_.find(key);
        return found == records_.end() ? LockRecord{} : found->second;
    }
    void save(const LockKey& key, const LockRecord& record) override { records_[key] = record; }

 private:
    std::map<LockKey, LockRecord> records_;
};

LockKey key(LockScope scope, int kind, int first, int second = 0) {
    LockKey out{scope, {}};
    const int parts[] = {kind, first, second};
    for (std::size_t i = 0; i < 3; ++i)
        store_be<std::uint32_t>(out.hash.data() + 4 * i, static_cast<std::uint32_t>(parts[i]));
    return out;
}

/// PINs of so many digits as people choose them: the one of rank r with a frequency of r^-0.8, and anew where
/// the first tenth is refused.
class ChosenPins {
 public:
    explicit ChosenPins(int digits) : first_(std::pow(10.0, digits - 1)) {
        // The sum over what is left, as an integral.
        total_ = (std::pow(10.0, digits * (1 - exponent)) - std::pow(first_, 1 - exponent)) / (1 - exponent);
    }
    /// That the likeliest but so many that are left is somebody's.
    [[nodiscard]] double probability(int guess) const {
        return std::pow(first_ + 1 + guess, -exponent) / total_;
    }

 private:
    static constexpr double exponent = 0.8;
    double first_;
    double total_;
};

enum class By { name, card };

/// Every other one logs in by user name and PIN, the others by card and PIN; all have a name.
struct Person {
    int homes[2];  ///< where they usually print
    By by;
    int guesses[2] = {0, 0};  ///< at their PIN that were looked at, by name and by card
};

enum class What { honest, guess_here, guess_elsewhere };

struct Event {
    Elapsed time;
    What what;
    int person;
    int device;
    By by;
    Elapsed waited{};  ///< an honest visit's so far
    bool operator>(const Event& other) const { return time > other.time; }
};

struct Figures {
    double hits = 0;
    long guesses = 0;
    long logins = 0, waited = 0;
    long spared = 0, spared_waited = 0, spared_refused = 0;  ///< of those at whose account nobody guessed
    Elapsed longest{};
};

class Site {
 public:
    Site(int users, int devices, int days, double typos, const std::string& attack)
        : devices_(devices),
          end_(hours(24 * days)),
          typos_(typos),
          pins_{ChosenPins(digits_for(users)), ChosenPins(least_digits)},
          busy_(static_cast<std::size_t>(devices)) {
        for (int i = 0; i < users; ++i) {
            const Person person{{pick(devices), pick(devices)}, i % 2 == 0 ? By::name : By::card};
            people_.push_back(person);
            known_[i] = {person.homes[0], person.homes[1]};
            for (int day = 0; day < days; ++day) {
                for (int visit = 0; visit < 2; ++visit) {
                    const auto when = hours(24 * day + 7) + seconds(pick(11 * 3600));
                    const int place = pick(200) == 0 ? pick(devices) : person.homes[pick(4) == 0 ? 1 : 0];
                    events_.push({when, What::honest, i, place, person.by});
                }
            }
            if (attack == "all") {
                guess_at(i, By::name);
                if (i % 1000 == 1) guess_at(i, By::card);  // found, or copied
            } else if (attack == "names") {                // that nobody has
                events_.push({seconds(pick(3600)), What::guess_elsewhere, -1 - i, 0, By::name});
            }
        }
    }

    static int digits_for(int users) {
        const LockRules rules;
        int digits = least_digits;
        while (users * static_cast<double>(rules.guesses_at_account()) * 4.3 > 0.05 * std::pow(10.0, digits))
            ++digits;
        return digits;
    }

    Figures run() {
        while (!events_.empty() && events_.top().time < end_) {
            const auto event = events_.top();
            events_.pop();
            event.what == What::honest ? visit(event) : guess(event);
        }
        return figures_;
    }

 private:
    static constexpr int least_digits = 6;  // pin.min_length

    void guess_at(int person, By by) {
        events_.push({seconds(pick(3600)), What::guess_elsewhere, person, 0, by});
        for (const int home : people_[static_cast<std::size_t>(person)].homes)
            events_.push({seconds(pick(3600)), What::guess_here, person, home, by});
    }

    int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

    LockedEntry entry(int person, int device, By by) {
        const int kind = by == By::name ? 0 : 10;
        LockedEntry out;
        out.account = key(LockScope::account, kind + 1, person);
        out.place = key(LockScope::device, 2, device);
        if (person < 0) return out;
        const auto& known = known_[person];
        out.known = known.first == device || known.second == device;
        if (out.known) out.account_here = key(LockScope::account, kind + 3, person);
        out.cleared = key(LockScope::cleared, 4, person);
        const int other = 10 - kind;
        out.others = {key(LockScope::account, other + 1, person), key(LockScope::account, other + 3, person)};
        if (!out.known) out.others.push_back(key(LockScope::account, kind + 3, person));
        return out;
    }

    void visit(const Event& event) {
        const auto& person = people_[static_cast<std::size_t>(event.person)];
        const auto seen = entry(event.person, event.device, event.by);
        const auto verdict = model_.judge(seen, event.time);
        const bool spared = person.guesses[static_cast<int>(event.by)] == 0;
        auto again = event;
        if (!verdict.admits) {
            // Told to wait, people do, for a while: at the panel, where then nobody else is.
            const auto until = admitted_at(seen, verdict);
            again.waited += until - event.time;
            again.time = until;
            if (again.waited > minutes(30)) return finish(again.waited, spared, true);
            busy(event.device) = until;
            return events_.push(again);
        }
        if (std::uniform_real_distribution<>(0, 1)(random_) < typos_) {
            model_.wrong(seen, event.time);
            again.time += seconds(10);
            busy(event.device) = again.time;
            return events_.push(again);
        }
        model_.right(seen, event.time);
        auto& known = known_[event.person];
        if (known.first != event.device) known = {event.device, known.first};
        finish(event.waited, spared, false);
    }

    Elapsed admitted_at(const LockedEntry& entry, const LockVerdict& verdict) {
        return entry.account_here ? std::min(verdict.until, book_.find(*entry.account_here).until)
                                  : verdict.until;
    }

    void finish(Elapsed waited, bool spared, bool refused) {
        ++figures_.logins;
        figures_.waited += waited > Elapsed::zero() ? 1 : 0;
        if (!spared) return;
        ++figures_.spared;
        figures_.spared_waited += waited > Elapsed::zero() ? 1 : 0;
        figures_.spared_refused += refused ? 1 : 0;
        figures_.longest = std::max(figures_.longest, waited);
    }

    void guess(Event event) {
        if (event.what == What::guess_elsewhere) event.device = pick(devices_);
        const auto seen = entry(event.person, event.device, event.by);
        const auto verdict = model_.judge(seen, event.time);
        if (busy(event.device) > event.time) {
            event.time += seconds(15);
        } else if (!verdict.admits) {
            const auto& own = seen.known ? *seen.account_here : *seen.account;
            const auto until = book_.find(own).until;
            event.time = until > event.time ? until : event.time + seconds(30);  // or another device, then
        } else {
            model_.wrong(seen, event.time);
            ++figures_.guesses;
            if (event.person >= 0) {
                auto& guesses = people_[static_cast<std::size_t>(event.person)].guesses;
                const auto by = static_cast<std::size_t>(event.by);
                figures_.hits += pins_[by].probability(guesses[by]++);
            }
            event.time += seconds(3);
        }
        events_.push(event);
    }

    Elapsed& busy(int device) { return busy_[static_cast<std::size_t>(device)]; }

    int devices_;
    Elapsed end_;
    double typos_;
    ChosenPins pins_[2];  ///< of those who log in by name, and of those with a card
    std::vector<Elapsed> busy_;
    std::mt19937 random_{7};
    MemoryBook book_;
    LockModel model_{book_, LockRules{}};
    std::vector<Person> people_;
    std::map<int, std::pair<int, int>> known_;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    Figures figures_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    const int users = std::atoi(argv[1]);
    Site site(users, std::atoi(argv[2]), std::atoi(argv[3]), std::atof(argv[4]) / 100, argv[5]);
    const auto figures = site.run();
    const auto percent = [](long part, long of) {
        return of == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(of);
    };
    std::printf("digits %d\n", Site::digits_for(users));
    std::printf("guesses %ld\n", figures.guesses);
    std::printf("hits %.4f\n", figures.hits);
    std::printf("logins %ld\n", figures.logins);
    std::printf("waited_percent %.4f\n", percent(figures.waited, figures.logins));
    std::printf("spared %ld\n", figures.spared);
    std::printf("spared_waited_percent %.4f\n", percent(figures.spared_waited, figures.spared));
    std::printf("spared_refused %ld\n", figures.spared_refused);
    std::printf("spared_longest_seconds %lld\n",
                static_cast<long long>(std::chrono::duration_cast<seconds>(figures.longest).count()));
    return 0;
}
