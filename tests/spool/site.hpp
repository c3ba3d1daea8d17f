// An instance with people, queues and a spool that can be closed and opened again, for tests of the spool and
// above.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/manual_clock.hpp"
#include "base/status_of.hpp"
#include "base/temporary_folder.hpp"
#include "crypto/root/root_provider.hpp"
#include "instance/instance.hpp"

namespace myqsec::test {

using spool::JobFields;
using spool::QueueFields;
using spool::QueueKind;

/// A sink that keeps what it is given, and fails when told to.
class TraySink final : public spool::ReleaseSink {
 public:
    void write(ByteView bytes) override {
        if (before_write) before_write();
        if (printed.size() + bytes.size() > fail_beyond) fail(Status::ERR_CALLBACK, "paper jam");
        printed.append(as_text(bytes));
    }
    void finish() override {
        if (fail_at_finish) throw std::runtime_error("stacker full");
        finished = true;
    }
    void abort() noexcept override { aborted = true; }

    std::function<void()> before_write;
    std::size_t fail_beyond = SIZE_MAX;
    bool fail_at_finish = false;
    std::string printed;
    bool finished = false;
    bool aborted = false;
};

/// Bytes that no compressor likes and a grep finds.
inline std::string document(std::size_t size, std::string_view marker = "CONFIDENTIAL") {
    std::string out;
    out.reserve(size + marker.size() + 8);
    for (std::size_t i = 0; out.size() < size; ++i)
        out.append(marker).append(std::to_string(i * 2654435761U));
    out.resize(size);
    return out;
}

/// "root" administers; "ada" and "bob" print.
class Site {
 public:
    using Wrap = std::function<std::unique_ptr<Folder>(std::unique_ptr<Folder>)>;

    Site() {
        storage::Vault::create(*folder_.open(), *root_key_, instance::blob_folders());
        make_passwords_cheap();
        open();
        access::UserFields fields;
        fields.user_name = "root";
        root_user = access().users.create_first_administrator(system, fields).user;
        root = log_in(root_user);
        auditor_ = access().authority.authorise(root, access::Right::audit_read);
        ada_user = add_user("ada", "Ada Quillfeather");
        bob_user = add_user("bob", "Bob Marrowbone");
        secure = add_queue("secure", QueueKind::secure);
        private_queue = add_queue("private", QueueKind::private_);
        direct = add_queue("direct", QueueKind::direct);
        log_in_everybody();
    }

    /// Opens what is there, and recovers the spool alone: what the other domains do then is not of these
    /// tests. Its findings are kept in `findings`. `wrap` puts itself in front of the folder.
    void open(const Wrap& wrap = nullptr) {
        open(wrap, [this](instance::Instance& opened) { findings = opened.spool.jobs.recover(); });
    }
    void open(const Wrap& wrap, const std::function<void(instance::Instance&)>& recover) {
        wrap_ = wrap;
        auto folder = folder_.open();
        if (wrap) folder = wrap(std::move(folder));
        opened_ = std::make_unique<instance::Instance>(std::move(folder), *root_key_, clock);
        recover(*opened_);
    }
    void close() { opened_.reset(); }
    void reopen() {
        close();
        open();
        log_in_everybody();
    }
    /// The same, with the whole instance recovered as `recover` does it.
    void reopen(const std::function<void(instance::Instance&)>& recover) { reopen({}, recover); }
    void reopen(const storage::VaultOptions& options,
                const std::function<void(instance::Instance&)>& recover) {
        close();
        opened_ = std::make_unique<instance::Instance>(folder_.open(), *root_key_, clock, options);
        recover(*opened_);
        log_in_everybody();
    }
    void log_in_everybody() {
        root = log_in(root_user);
        ada = log_in(ada_user);
        bob = log_in(bob_user);
    }

    [[nodiscard]] instance::Instance& instance() { return *opened_; }
    [[nodiscard]] storage::Vault& vault() { return opened_->vault; }
    [[nodiscard]] const storage::Vault& vault() const { return opened_->vault; }
    [[nodiscard]] audit::AuditLog& audit() { return opened_->audit; }
    [[nodiscard]] settings::Settings& settings() { return opened_->settings; }
    [[nodiscard]] access::Access& access() { return opened_->access; }
    [[nodiscard]] spool::Spool& spool() { return opened_->spool; }
    [[nodiscard]] device::Devices& devices() { return opened_->devices; }
    [[nodiscard]] spool::Jobs& jobs() { return spool().jobs; }
    [[nodiscard]] const std::string& path() const { return folder_.path(); }
    [[nodiscard]] crypto::RootProvider& root_key() { return *root_key_; }

    /// The log is looked at in states in which nobody is logged in.
    Authorised auditor() { return *auditor_; }
    Authorised host_proof() { return access().authority.authorise(system, access::Right::session_host); }
    access::Principal log_in(UserId user) { return access().sessions.open_user_session(host_proof(), user); }
    UserId add_user(const std::string& name, const std::string& full_name) {
        access::UserFields fields;
        fields.user_name = name;
        fields.full_name = full_name;
        return access().users.create(root, fields);
    }
    QueueId add_queue(const std::string& name, QueueKind kind) {
        QueueFields fields;
        fields.kind = kind;
        fields.name = name;
        fields.preview = true;
        return spool().queues.create(root, fields);
    }
    void change_queue(QueueId queue, const QueueFields& fields) {
        spool().queues.change(root, queue, fields);
    }
    void set(std::string_view name, std::string_view value) {
        const auto area = settings::find_definition(name)->area;
        settings().set(access().authority.authorise(root, access::right_to_change(area)), name, value);
    }

    JobFields fields(QueueId queue, const std::string& name = "Quarterly figures") const {
        JobFields fields;
        fields.queue = queue;
        fields.name = name;
        fields.host_name = "workstation-7.example.org";
        return fields;
    }
    JobId submit(const access::Principal& who, QueueId queue, std::string_view text) {
        const auto writer = jobs().submit(who, fields(queue));
        writer->write(as_bytes(text));
        return writer->finish();
    }
    std::string release(const access::Principal& who, JobId job, bool keep = false) {
        TraySink tray;
        jobs().release(who, job, {keep}, tray);
        return tray.printed;
    }
    /// Time that really passes: in steps that no clock watch mistrusts, with sessions kept alive.
    void pass(Duration time) {
        while (time > Duration::zero()) {
            const auto step = std::min<Duration>(time, std::chrono::minutes(10));
            clock.advance(step);
            time -= step;
            jobs().tick(system);
        }
        log_in_everybody();
    }

    std::size_t count(audit::Action action) {
        std::size_t found = 0;
        for (const auto& event : audit().list(auditor(), {}, {.limit = 1'000'000}))
            found += event.action == action ? 1 : 0;
        return found;
    }
    std::vector<std::string> files() {
        const auto home = wrap_ ? wrap_(folder_.open()) : folder_.open();
        auto names = home->folder(spool::documents_folder)->list();
        std::erase(names, storage::BlobStore::mark_file);
        return names;
    }

    ManualClock clock;
    const access::Principal system = access::Principal::system();
    UserId root_user, ada_user, bob_user;
    access::Principal root, ada, bob;
    QueueId secure, private_queue, direct;
    std::vector<spool::Finding> findings;

 private:
    /// Before the settings are first read.
    void make_passwords_cheap() {
        storage::Vault vault(folder_.open(), *root_key_, clock);
        instance::migrate(vault);
        vault.main().run(
            "INSERT INTO setting (name, value, changed) VALUES ('kdf.memory_kib', '1024', 0), "
            "('kdf.iterations', '1', 0)");
    }

    TemporaryFolder folder_;
    std::unique_ptr<crypto::RootProvider> root_key_ =
        crypto::key_file_provider(crypto::Secret(as_bytes("a key file of the tests, 32 bytes or more")));
    std::optional<Authorised> auditor_;
    Wrap wrap_;  ///< of the last opening
    std::unique_ptr<instance::Instance> opened_;
};

}  // namespace myqsec::test
