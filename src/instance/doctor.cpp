#include "instance/doctor.hpp"

#include <array>
#include <optional>

#include "base/dry_folder.hpp"
#include "base/error.hpp"
#include "instance/instance.hpp"
#include "storage/backup_manifest.hpp"
#include "storage/instance_folder.hpp"
#include "storage/keys/keystore_slot.hpp"

namespace myqsec::instance {

namespace {

namespace files = storage::instance_folder;

struct Advice {
    std::string_view code;
    std::string_view text;
};
constexpr Advice advices[] = {
    {"ERR_NOT_FOUND", "name the folder of an instance, create one there, or restore a backup"},
    {"ERR_IN_USE", "ask the process that has it open, or end that first"},
    {"ERR_FILE_ACCESS",
     "run this as the user whose the files are, or give that user the rights to them (0600, folders 0700)"},
    {"ERR_NO_SPACE", "enlarge the disk, or remove from it what is not the instance's"},
    {"ERR_IO", "look at the disk (dmesg, smartctl); copy the folder to another one before anything else"},
    {"ERR_WRONG_KEY",
     "give the root secret that was in force last; if its change was cut off, the one before or the one "
     "after opens it"},
    {"ERR_NEWER_VERSION", "use the version of the library that wrote it, or a later one"},
    {"ERR_CORRUPT",
     "restore a backup; if its key was not kept elsewhere, 'backup rescue-key' takes it from the keystore"},
    {"ERR_TAMPERED",
     "find out who wrote to the folder; bring back all files of one time, restore a backup, or open it with "
     "accept_earlier_parts if the sentence names a part"},
    {"ERR_LOCKED_OUT", "unlock the token or TPM with its own tools"},
    {"ERR_NOT_BUILT_IN", "use a build of the library that has this kind of root key"},
    {"unfinished", "repeat the creation or the restoration: it begins anew"},
    {"outside-counter-missing",
     "give the counter; if it is lost, back the instance up and restore that with another one"},
    {"documents-missing", "mount the volume with the documents and open the instance again"},
    {"job-document-missing", "bring the file back and open the instance again: the job is held once more"},
    {"foreign-documents", "move the files away"},
    {"keystore-repaired", "nothing: an opening repairs it; look at the disk"},
    {"disk-full", "delete jobs or enlarge the disk"},
    {"deletion-suspended", "set the clock right, then confirm it"},
    {"orphan-documents", "nothing: an opening removes them"},
    {"job-possibly-printed", "look whether the paper is there before it is released again"},
};

// Of what is told by its file rather than by a status.
constexpr std::string_view is_backup = "restore it with 'backup restore': a backup is not opened";
constexpr std::string_view lost_keystore =
    "put the file back from where it was moved to; without it nothing here can be read: restore a backup "
    "into another folder, with a backup key that was kept elsewhere";
constexpr std::string_view damaged_keystore =
    "restore a backup into another folder, with a backup key that was kept elsewhere: no backup holds this "
    "file, and 'backup rescue-key' reads it";
constexpr std::string_view lost_database =
    "put the file back from where it was moved to, or restore a backup";

std::string advice_for(std::string_view code) {
    for (const auto& advice : advices) {
        if (advice.code == code) return std::string(advice.text);
    }
    return "nothing: an opening takes care of it and audits it";
}

class Report {
 public:
    void add(std::string_view code, std::string sentence, std::string_view advice = {}) {
        rows_.push_back({std::string(code), std::move(sentence),
                         advice.empty() ? advice_for(code) : std::string(advice)});
    }
    void add(const Error& error, std::string_view advice = {}) {
        auto name = status_name(error.status());
        name.remove_prefix(std::string_view("MYQSEC_").size());
        add(name, error.what(), advice);
    }
    void add(const storage::Vault::Finding& finding) { add(finding.code, finding.sentence); }
    [[nodiscard]] std::vector<Diagnosis> take() { return std::move(rows_); }

 private:
    std::vector<Diagnosis> rows_;
};

/// The host's, which is read once and then counts in memory.
class DryCounter final : public storage::OutsideCounter {
 public:
    explicit DryCounter(storage::OutsideCounter* counter) : counter_(counter) {}

    [[nodiscard]] std::uint64_t read() override {
        if (!value_) value_ = counter_->read();
        return *value_;
    }
    void advance(std::uint64_t value) override { value_ = value; }
    [[nodiscard]] storage::CounterOptions options(storage::CounterOptions given) {
        if (given.counter != nullptr) given.counter = this;
        return given;
    }

 private:
    storage::OutsideCounter* counter_;
    std::optional<std::uint64_t> value_;
};

std::string_view advice_without_keystore(Folder& folder) {
    if (folder.exists(storage::manifest_file)) return is_backup;
    const bool was_instance = folder.exists(files::main_file) && !folder.exists(files::unfinished_file);
    return was_instance ? lost_keystore : std::string_view();
}

/// True also if one is of another version of the format, or can't be read: the opening says that.
bool has_sound_slot(File& keystore) {
    Bytes slot(storage::keystore_slot_size);
    for (std::size_t i = 0; i < storage::keystore_slots; ++i) {
        try {
            if (keystore.read_at(i * slot.size(), slot) == slot.size() && storage::read_slot(slot))
                return true;
        } catch (const Error&) {
            return true;
        }
    }
    return false;
}

/// False if nothing can be opened by it.
bool look_at_keystore(Folder& folder, Report& report) {
    const auto name = storage::Keystore::file_name;
    if (!folder.exists(name)) {
        report.add("ERR_NOT_FOUND",
                   fmt::format("'{}' holds no instance: it has no file '{}'", folder.path(), name),
                   advice_without_keystore(folder));
        return false;
    }
    if (has_sound_slot(*folder.open_read_only(name))) return true;
    report.add("ERR_CORRUPT", fmt::format("all slots of '{}/{}' are damaged", folder.path(), name),
               damaged_keystore);
    return false;
}

bool look_at_databases(Folder& folder, Report& report) {
    try {
        files::require_databases(folder);
    } catch (const Error& error) {
        report.add(error, lost_database);
        return false;
    }
    bool whole = true;
    for (const auto database : {files::main_file, files::log_file}) {
        const auto log = std::string(database) + "-wal";
        if (folder.exists(log)) continue;
        report.add("ERR_CORRUPT", fmt::format("'{}/{}' is missing", folder.path(), log));
        whole = false;
    }
    return whole;
}

/// What is missing or damaged, as far as no key is needed to see it. False if there is nothing to open.
bool look_at_files(Folder& folder, Report& report) {
    if (files::is_unfinished(folder, blob_folders())) {
        report.add("unfinished",
                   fmt::format("a creation or restoration in '{}' was cut off before its first opening",
                               folder.path()));
    }
    try {
        const bool keys = look_at_keystore(folder, report);
        return keys && look_at_databases(folder, report);
    } catch (const Error& error) {  // a file that may not be read
        report.add(error);
        return false;
    }
}

void compare_all_pages(Instance& instance, Report& report) {
    for (bool done = false; !done;) {
        try {
            done = instance.vault.compare_pages();
        } catch (const Error& error) {
            report.add(error);
        }
    }
    for (const auto& alarm : instance.vault.take_alarms())
        report.add(alarm);
}

void open_dry(const std::string& directory, crypto::RootProvider& root, const Clock& clock,
              storage::VaultOptions options, Report& report) {
    DryCounter main_counter(options.main_counter.counter);
    DryCounter log_counter(options.log_counter.counter);
    options.main_counter = main_counter.options(options.main_counter);
    options.log_counter = log_counter.options(options.log_counter);
    try {
        Instance instance(dry_folder(open_folder(directory, false)), root, clock, options);
        instance.recover(Birth::opened);
        for (const auto& finding : instance.findings())
            report.add(finding);
        compare_all_pages(instance, report);
    } catch (const Error& error) {
        report.add(error);
    }
}

}  // namespace

std::vector<Diagnosis> diagnose(const std::string& directory, crypto::RootProvider* root, const Clock& clock,
                                const storage::VaultOptions& options) {
    Report report;
    const auto folder = open_folder(directory, false);
    if (look_at_files(*folder, report) && root != nullptr) open_dry(directory, *root, clock, options, report);
    return report.take();
}

}  // namespace myqsec::instance
