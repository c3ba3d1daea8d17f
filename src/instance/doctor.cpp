#include "instance/doctor.hpp"

#include <array>
#include <optional>

#include "base/dry_folder.hpp"
#include "base/error.hpp"
#include "instance/instance.hpp"
#include "storage/instance_folder.hpp"

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
    {"documents-missing", "mount the volume with the documents and open the instance again"},
    {"job-document-missing", "bring the file back and open the instance again: the job is held once more"},
    {"foreign-documents", "move the files away"},
    {"keystore-repaired", "nothing: an opening repairs it; look at the disk"},
    {"disk-full", "delete jobs or enlarge the disk"},
    {"deletion-suspended", "set the clock right, then confirm it"},
    {"orphan-documents", "nothing: an opening removes them"},
    {"job-possibly-printed", "look whether the paper is there before it is released again"},
};

std::string advice_for(std::string_view code) {
    for (const auto& advice : advices) {
        if (advice.code == code) return std::string(advice.text);
    }
    return "nothing: an opening takes care of it and audits it";
}

class Report {
 public:
    void add(std::string_view code, std::string sentence) {
        rows_.push_back({std::string(code), std::move(sentence), advice_for(code)});
    }
    void add(const Error& error) {
        auto name = status_name(error.status());
        name.remove_prefix(std::string_view("MYQSEC_").size());
        add(name, error.what());
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

/// What is missing, as far as no key is needed to see it. False if there is nothing to open.
bool look_at_files(Folder& folder, Report& report) {
    if (files::is_unfinished(folder, blob_folders())) {
        report.add("unfinished",
                   fmt::format("a creation or restoration in '{}' was cut off before its first opening",
                               folder.path()));
    }
    if (!folder.exists(storage::Keystore::file_name)) {
        report.add("ERR_NOT_FOUND", fmt::format("'{}' holds no instance: it has no file '{}'", folder.path(),
                                                storage::Keystore::file_name));
        return false;
    }
    bool whole = true;
    for (const auto database : {files::main_file, files::log_file}) {
        for (const auto& name : {std::string(database), std::string(database) + "-wal"}) {
            if (folder.exists(name)) continue;
            report.add("ERR_CORRUPT", fmt::format("'{}/{}' is missing", folder.path(), name));
            whole = false;
        }
    }
    return whole;
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
