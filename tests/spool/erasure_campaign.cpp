// Erasure against whoever holds the keystore and root secret of now, and every file as it was at each step;
// all but the keystore blocks from before a turn ended. MYQSEC_ERASURES=1000 erases as many jobs and a tenth
// as many persons.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include "access/identity/names.hpp"
#include "access/identity/users_store.hpp"
#include "base/rounds.hpp"
#include "crypto/aead.hpp"
#include "crypto/container/container.hpp"
#include "spool/instance_files.hpp"
#include "spool/records/job_store.hpp"
#include "spool/site.hpp"
#include "storage/keys/personal_field.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

using Place = std::pair<std::int64_t, std::int64_t>;  ///< node, slot
using Keys = std::set<std::string>;

crypto::Secret secret_of(const std::string& key) {
    return crypto::Secret(as_bytes(key));
}

/// A version of a node of the key tree, as some copy of the database had it.
struct NodeVersion {
    std::int64_t id, level, parent, slot;
    std::string sealed;
    auto operator<=>(const NodeVersion&) const = default;
};

struct Victim {
    LeafId leaf;
    std::string file;        ///< of a job: its sealed document
    crypto::ContainerId id;  ///< of a job
    Bytes full_name;         ///< of a person: sealed
};

class Attacker {
 public:
    explicit Attacker(Site& site) : site_(site) {}

    /// Takes the databases as they lie on the disk now.
    void look() {
        const TemporaryFolder copies;
        for (const char* name : {"main.db", "main.db-wal"})
            write_file(copies.path() + "/" + name, read_file(site_.path() + "/" + name));
        const auto folder = without_syncs(copies.open());
        storage::Database copy(*folder, "main.db",
                               site_.vault().keystore().key(storage::KeyPurpose::main_database));
        {
            auto rows = copy.query("SELECT id, level, parent, slot, sealed FROM key_node");
            while (rows.next()) {
                nodes_.insert({rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3),
                               std::string(as_text(rows.blob(4)))});
            }
        }
        {
            auto rows = copy.query("SELECT id, node, slot FROM key_leaf");
            while (rows.next())
                places_[rows.id<LeafId>(0)].insert({rows.integer(1), rows.integer(2)});
        }
        auto rows = copy.query(
            "SELECT name_hash FROM access_user UNION SELECT card_hash FROM access_card UNION SELECT "
            "factor_hash FROM access_pin UNION SELECT hash FROM access_lock");
        while (rows.next())
            hashes_.insert(to_hex(rows.blob(0)));
    }

    /// Whether any copy has the hash of this text, under any key that the keystore of now has or leads to.
    [[nodiscard]] bool confirms(const access::LookupDomain& domain, std::string_view text) const {
        Keys keys;
        for (const auto& [place, of_place] : reachable_keys())
            keys.insert(of_place.begin(), of_place.end());
        const auto stored = site_.vault().keystore().keys();
        for (auto purpose = std::uint16_t{1}; purpose < 32; ++purpose) {
            const auto kind = static_cast<storage::KeyPurpose>(purpose);
            for (const auto version : stored.versions(kind))
                keys.insert(std::string(as_text(stored.find(kind, version)->view())));
        }
        return std::ranges::any_of(keys, [&](const std::string& key) {
            const storage::LookupKey guess{1, std::make_shared<crypto::Secret>(as_bytes(key))};
            return hashes_.contains(to_hex(access::lookup_hash(guess, domain, text).hash));
        });
    }

    /// How many victims open with what the keystore of now leads to.
    [[nodiscard]] std::size_t readable(const std::vector<Victim>& victims) {
        const auto keys = reachable_keys();
        std::size_t opened = 0;
        for (const auto& victim : victims) {
            REQUIRE(places_.contains(victim.leaf));  // it was looked at while it lived
            bool opens = false;
            for (const auto& place : places_[victim.leaf]) {
                const auto found = keys.find(place);
                if (found == keys.end()) continue;
                for (const auto& key : found->second)
                    opens = opens || opens_with(victim, secret_of(key));
            }
            opened += opens ? 1 : 0;
        }
        return opened;
    }

 private:
    /// From the root down, in every version of every node, until nothing new opens.
    [[nodiscard]] std::map<Place, Keys> reachable_keys() const {
        std::map<Place, Keys> keys;
        const auto& keystore = site_.vault().keystore();
        for (const auto epoch : {keystore.epoch(), keystore.epoch() + 1})
            keys[{0, 0}].insert(std::string(as_text(keystore.root(epoch)->view())));
        std::set<std::pair<NodeVersion, std::string>> tried;
        for (bool more = true; more;) {
            more = false;
            for (const auto& node : nodes_) {
                const auto candidates = keys.find({node.parent, node.slot});
                if (candidates == keys.end()) continue;
                for (const auto& key : Keys(candidates->second)) {
                    if (!tried.insert({node, key}).second) continue;
                    if (open(node, key, keys)) more = true;
                }
            }
        }
        return keys;
    }

    static bool open(const NodeVersion& node, const std::string& key, std::map<Place, Keys>& keys) {
        ByteWriter context;
        context.raw(as_bytes("key-node"))
            .integer(static_cast<std::uint8_t>(node.level))
            .integer(static_cast<std::uint64_t>(node.id));
        try {
            const auto children = crypto::open_record(secret_of(key), context.take(), as_bytes(node.sealed));
            for (std::size_t slot = 0; slot < 64; ++slot) {
                keys[{node.id, static_cast<std::int64_t>(slot)}].insert(
                    std::string(as_text(children.view().subspan(slot * 32, 32))));
            }
            return true;
        } catch (const Error&) {
            return false;
        }
    }

    [[nodiscard]] static bool opens_with(const Victim& victim, crypto::Secret key) {
        try {
            if (!victim.full_name.empty()) {
                const auto place = fmt::format("user.full_name:{}", victim.leaf.value);
                return storage::open_field(key, place, victim.full_name).starts_with("Person ");
            }
            const TemporaryFolder copy;
            write_file(copy.path() + "/document", victim.file);
            crypto::Identity identity;
            identity.wrapping_key = std::move(key);
            crypto::ContainerReader reader(*copy.open()->open("document"), identity, victim.id);
            return reader.size() > 0;
        } catch (const Error&) {
            return false;
        }
    }

    Site& site_;
    std::set<NodeVersion> nodes_;
    std::map<LeafId, std::set<Place>> places_;
    std::set<std::string> hashes_;
};

struct Campaign {
    Site site;
    Attacker attacker{site};
    std::vector<Victim> erased;

    Campaign() {
        site.close();
        site.open(without_syncs);
        site.log_in_everybody();
    }

    JobId submit(QueueId queue) {
        const auto job = site.submit(site.ada, queue, "a contract");
        const auto record = spool::store::find_job(site.vault().main(), job);
        REQUIRE(record);
        const auto file = site.path() + "/jobs/" + to_hex(record->blob);
        victims_[job] = {record->leaf, read_file(file), record->uuid, {}};
        return job;
    }
    void lost(JobId job) { erased.push_back(victims_.at(job)); }

    void release_private_jobs(int count) {
        for (int i = 0; i < count; ++i) {
            const auto job = submit(site.private_queue);
            attacker.look();
            CHECK(site.release(site.ada, job) == "a contract");
            attacker.look();
            lost(job);
        }
    }
    void delete_jobs(int count) {
        std::vector<JobId> jobs;
        for (int i = 0; i < count; ++i)
            jobs.push_back(submit(site.secure));
        attacker.look();
        for (const auto job : jobs) {
            site.jobs().remove(site.ada, job);
            lost(job);
        }
        attacker.look();
    }
    void delete_persons(int count) {
        for (int i = 0; i < count; ++i) {
            const auto user = site.add_user("p" + std::to_string(i), "Person " + std::to_string(i));
            const auto record = access::store::get_user(site.vault().main(), user);
            attacker.look();
            site.access().users.remove(site.root, user);
            attacker.look();
            erased.push_back({record.person, {}, {}, record.full_name});
        }
    }

 private:
    std::map<JobId, Victim> victims_;
};

}  // namespace

TEST_CASE("nothing erased can be read with today's keystore and every file as it ever was") {
    const int jobs = rounds("MYQSEC_ERASURES", 100);
    Campaign campaign;
    auto& site = campaign.site;
    for (int i = 0; i < 200; ++i)
        campaign.submit(site.secure);  // others live on beside them
    campaign.release_private_jobs(jobs / 2);
    CHECK(campaign.attacker.readable(campaign.erased) == 0);

    const int batch = (jobs - jobs / 2) / 5;
    for (int i = 0; i < 5; ++i) {
        const auto before = campaign.erased.size();
        campaign.delete_jobs(batch);
        // The attacker is strong enough: what is deleted, but still waits for its turn, opens.
        if (i == 0) CHECK(campaign.attacker.readable(campaign.erased) == static_cast<std::size_t>(batch));
        CHECK(campaign.erased.size() == before + static_cast<std::size_t>(batch));
        site.vault().leaf_keys().turn();
        campaign.attacker.look();
    }
    campaign.delete_persons(jobs / 10);
    CHECK(campaign.attacker.readable(campaign.erased) == 0);
    MESSAGE("erased: " << campaign.erased.size());
}

TEST_CASE(
    "after a rotation no old copy confirms the name of who was deleted, nor, once they end, card or PIN") {
    Campaign campaign;
    auto& site = campaign.site;
    auto& attacker = campaign.attacker;
    auto& access = site.access();
    const auto name = access::lookup_domain::user_name;
    const auto confirms_card = [&] { return attacker.confirms(access::lookup_domain::card, "04A2B3"); };
    const auto user = site.add_user("grace", "Person Grace");
    access.credentials.add_card(site.root, user, "04A2B3", "badge", std::nullopt);
    access.credentials.set_pin(site.root, user, std::nullopt, "739164");
    const auto confirms_pin = [&] {
        return attacker.confirms(access::lookup_domain::pin_of_user, fmt::format("{}:739164", user.value));
    };
    access::LoginAttempt typing_error;
    typing_error.user_name = "grace";
    typing_error.password = "wrong";
    CHECK_THROWS_AS(access.login.authenticate(site.system, typing_error, access::all_methods), Error);
    attacker.look();
    access.users.remove(site.root, user);
    attacker.look();
    // The attacker is strong enough: it is not the deletion that hides whose the account was.
    CHECK(attacker.confirms(name, "grace"));
    CHECK(confirms_card());
    CHECK(confirms_pin());
    CHECK_FALSE(attacker.confirms(access::lookup_domain::nobodys_account, "name-password grace"));

    access.lookup_rotation.rotate(site.root);
    attacker.look();
    CHECK_FALSE(attacker.confirms(name, "grace"));
    CHECK(attacker.confirms(name, "ada"));
    CHECK(confirms_card());

    site.clock.advance(std::chrono::hours(24 * 90));
    while (access.lookup_rotation.end_retired({}) != Instant::max()) {
    }
    attacker.look();
    CHECK_FALSE(attacker.confirms(name, "grace"));
    CHECK_FALSE(confirms_card());
    CHECK_FALSE(confirms_pin());
}
