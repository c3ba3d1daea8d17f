// Single bytes altered anywhere in an instance: what is read is right, or an error.
#include <random>

#include <doctest/doctest.h>

#include "base/rounds.hpp"
#include "instance_files.hpp"
#include "snapshot.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;

namespace {

void put_byte(const std::string& path, std::size_t at, char byte) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at)).put(byte);
}

constexpr int tail_of_main = 1;
constexpr int tail_of_log = 2;

/// An instance as a kill leaves it, both logs holding transactions, and what it must tell.
struct Original {
    InstanceFiles files;
    std::map<int, Snapshot> truth;  ///< by the databases of which the last transaction is gone
};

Snapshot snapshot_of(Site& site, const InstanceFiles& files) {
    site.close();
    restore_instance(site.path(), files);
    site.open(without_syncs);
    return take_snapshot(site);
}

/// Pages in the database files, leftovers of earlier generations in the logs.
void fill(Site& site) {
    site.vault().main().execute("PRAGMA wal_autocheckpoint = 30");
    site.vault().log().execute("PRAGMA wal_autocheckpoint = 10");
    for (const std::size_t size : {0, 100, 70'000})
        site.submit(site.ada, site.secure, document(size));
    for (int i = 0; i < 6; ++i) {
        site.release(site.bob, site.submit(site.bob, site.private_queue, document(5000)));
        site.audit().drain();
    }
    site.vault().main().execute("PRAGMA wal_autocheckpoint = 0");
    site.vault().log().execute("PRAGMA wal_autocheckpoint = 0");
    site.add_user("cyd", "Cyd Inkwell");
    site.audit().drain();
    site.submit(site.bob, site.secure, document(200));
}

Original make_original(Site& site) {
    site.close();
    site.open(without_syncs);
    site.log_in_everybody();
    fill(site);
    const auto before_drain = copy_instance(site.path());
    site.audit().drain();
    site.vault()
        .main()
        .wait_durable();  // or the submission would be durable together with the end of the move
    const auto before_submit = copy_instance(site.path());
    site.submit(site.ada, site.secure, document(1000));
    Original original{copy_instance(site.path()), {}};

    auto cut_main = original.files;
    cut_main["main.db-wal"] = before_submit.at("main.db-wal");
    auto cut_log = original.files;
    cut_log["log.db-wal"] = before_drain.at("log.db-wal");
    original.truth[0] = snapshot_of(site, original.files);
    original.truth[tail_of_main] = snapshot_of(site, cut_main);
    original.truth[tail_of_log] = snapshot_of(site, cut_log);
    return original;
}

int reported_tails(const Site& site) {
    int tails = 0;
    for (const auto& finding : site.vault().findings()) {
        if (finding.code == "main-damaged-tail") tails |= tail_of_main;
        if (finding.code == "log-damaged-tail") tails |= tail_of_log;
    }
    return tails;
}

/// What can become of an instance with one damage.
struct Outcomes {
    int refused = 0;
    int partly_unreadable = 0;
    int earlier_state_reported = 0;
    int right = 0;
};

bool speaks_of_damage(Status status) {
    return status == Status::ERR_CORRUPT || status == Status::ERR_TAMPERED ||
           status == Status::ERR_WRONG_KEY || status == Status::ERR_NEWER_VERSION;
}

bool repaired_keystore(const Site& site) {
    const auto& findings = site.vault().findings();
    return std::any_of(findings.begin(), findings.end(),
                       [](const auto& finding) { return finding.code == "keystore-repaired"; });
}

void check_damaged(Site& site, const Original& original, const std::string& kind, Outcomes& outcomes) {
    const auto opening = status_of([&] { site.open(without_syncs); });
    if (opening != Status::OK) {
        ++outcomes.refused;
        CHECK(speaks_of_damage(opening));
        return;
    }
    const auto told = take_snapshot(site);
    for (const auto& failure : told.failures) {
        CAPTURE(failure.first);
        CHECK(speaks_of_damage(failure.second));
    }
    const auto tails = reported_tails(site);
    const bool right = told.says_only(original.truth.at(0));
    CHECK((right || (tails != 0 && told.says_only(original.truth.at(tails)))));
    // No byte of these is without use, so none is altered without a word.
    if (kind == "keystore") CHECK(repaired_keystore(site));
    if (kind == "jobs") CHECK((!told.failures.empty() || site.count(Action::instance_damage_found) == 1));
    if (!right) {
        ++outcomes.earlier_state_reported;
    } else {
        ++(told.failures.empty() ? outcomes.right : outcomes.partly_unreadable);
    }
}

/// Another value for one byte: in half of all cases only one bit of it.
char altered(char byte, std::mt19937& random) {
    const auto change = random() % 2 == 0 ? 1U << random() % 8 : 1 + random() % 255;
    return static_cast<char>(static_cast<unsigned char>(byte) ^ change);
}

}  // namespace

TEST_CASE("whichever byte of a job's file is altered, it is served from the other header or not at all") {
    Site site;
    const auto text = document(40);
    const auto job = site.submit(site.ada, site.secure, text);
    const auto path = site.path() + "/jobs/" + site.files().at(0);
    const auto sealed = read_file(path);
    site.close();
    site.open(without_syncs);
    site.log_in_everybody();

    auto seen = static_cast<std::int64_t>(site.audit().list(site.auditor(), {}, {.limit = 1'000'000}).size());
    const auto damage_reported = [&] {
        bool reported = false;
        for (const auto& event : site.audit().list(site.auditor(), {}, {.after = seen, .limit = 100})) {
            seen = event.sequence;
            reported = reported || event.action == Action::instance_damage_found;
        }
        return reported;
    };
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        CAPTURE(at);
        const auto flip = static_cast<char>(1 << at % 8);
        put_byte(path, at, static_cast<char>(sealed[at] ^ flip));
        std::string read;
        const auto reading = status_of([&] { read = read_document(site, site.ada, job); });
        const bool reading_reported = damage_reported();
        TraySink tray;
        const auto release = status_of([&] { site.jobs().release(site.ada, job, {true}, tray); });
        const bool release_reported = damage_reported();
        const bool in_header = at < crypto::container_header_area;
        REQUIRE(reading == (in_header ? Status::OK : Status::ERR_CORRUPT));
        REQUIRE(release == reading);
        REQUIRE(read == (in_header ? text : ""));
        REQUIRE(tray.printed == read);
        REQUIRE(reading_reported == in_header);
        REQUIRE(release_reported == in_header);
        put_byte(path, at, sealed[at]);
    }
    CHECK(read_document(site, site.ada, job) == text);
    CHECK_FALSE(damage_reported());
}

TEST_CASE(
    "whatever is altered in an instance, what is still read is right, or an earlier state and said to be") {
    Site site;
    const auto original = make_original(site);
    REQUIRE(original.truth.at(0).failures.empty());
    REQUIRE(original.truth.at(0).parts.at("people and jobs").find("Cyd Inkwell") != std::string::npos);
    REQUIRE_FALSE(original.truth.at(tail_of_main).says_only(original.truth.at(0)));
    REQUIRE_FALSE(original.truth.at(tail_of_log).says_only(original.truth.at(0)));

    std::map<std::string, std::vector<std::string>> kinds;
    for (const auto& [name, contents] : original.files) {
        if (!contents.empty()) kinds[name.substr(0, name.find('/'))].push_back(name);
    }
    REQUIRE(kinds.size() == 8);
    std::map<std::string, Outcomes> outcomes;
    std::mt19937 random(19);
    for (int flips = rounds("MYQSEC_FLIPS", 1000); flips > 0; --flips) {
        const auto& [kind, names] = *std::next(kinds.begin(), random() % kinds.size());
        const auto& name = names[random() % names.size()];
        const auto& contents = original.files.at(name);
        const auto at = random() % contents.size();
        const auto byte = altered(contents[at], random);
        CAPTURE(name);
        CAPTURE(at);
        site.close();
        restore_instance(site.path(), original.files);
        put_byte(site.path() + "/" + name, at, byte);
        check_damaged(site, original, kind, outcomes[kind]);
    }
    for (const auto& [kind, of] : outcomes) {
        MESSAGE(kind << ": refused " << of.refused << ", partly unreadable " << of.partly_unreadable
                     << ", earlier state reported " << of.earlier_state_reported << ", right " << of.right);
    }
}
