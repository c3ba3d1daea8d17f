// myqsec/backup.h.
#include <algorithm>

#include <unistd.h>

#include "abi/machinery/call.hpp"
#include "abi/machinery/session.hpp"
#include "base/process.hpp"
#include "crypto/self_test/self_test.hpp"
#include "instance/new_instance.hpp"
#include "myqsec/backup.h"
#include "storage/instance_folder.hpp"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column backup_key_columns[] = {{"version", MYQSEC_COLUMN_INTEGER},
                                         {"expires", MYQSEC_COLUMN_INSTANT}};

myqsec_backup_options options_of(const myqsec_backup_options* given, const char* name) {
    const myqsec_backup_options initial = MYQSEC_BACKUP_OPTIONS_INIT;
    const auto options = read_struct_or(given, initial, name);
    check_reserved(options.reserved == 0, name);
    return options;
}

storage::BackupProgress progress_of(const myqsec_backup_options& options) {
    if (!options.progress) return {};
    return [options](std::uint64_t done, std::uint64_t files) {
        const CallbackScope scope;
        const int failed = scope.call(options.progress, options.context, done, files);
        if (failed != 0) fail(Status::ERR_CALLBACK, "the host's progress function returned {}", failed);
    };
}

void fill(myqsec_backup_info& out, const storage::BackupInfo& info) {
    out.key_version = info.key_version;
    std::ranges::copy(info.instance_id, std::begin(out.instance_id));
    out.created = to_milliseconds(info.created);
    out.expires = to_milliseconds(info.expires);
}

/// Missing or there. Unless kept, folders go that were made in it, and it itself if it was made; of files the
/// backup has removed its own. A forked child leaves all of it.
class Target {
 public:
    explicit Target(const std::string& path)
        : path_(path),
          opened_(instance::open_or_make_folder(path)),
          was_empty_(opened_.folder->list().empty()) {}
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    ~Target() {
        if (kept_ || !was_empty_ || !process_.is_this()) return;
        for (const auto store : instance::blob_folders())
            (void)::rmdir((path_ + "/" + std::string(store)).c_str());
        if (opened_.made) (void)::rmdir(path_.c_str());
    }
    void keep() { kept_ = true; }
    [[nodiscard]] Folder& folder() const { return *opened_.folder; }

 private:
    std::string path_;
    instance::OpenedFolder opened_;
    bool was_empty_;
    bool kept_ = false;
    OwningProcess process_;
};

void give(const storage::BackupKey& key, char* to, std::size_t* length) {
    write_text(as_text(key.text().view()), to, length, "key");
}

}  // namespace

myqsec_status myqsec_backup_create(myqsec_session* session, const char* directory,
                                   const myqsec_backup_options* options, myqsec_backup_info* info) {
    return with_session(session, [&](Session& s) {
        if (info) static_cast<void>(read_struct(info, "info"));
        const auto given = options_of(options, "options");
        const auto path = directory_of(directory, "directory");
        const auto proof = authorise(s, access::Right::key_manage);
        if (s.engine.spool.jobs.deletion_suspended()) {
            fail(Status::ERR_NOT_POSSIBLE,
                 "the clock jumped, and a backup expires by it; set it right and call myqsec_clock_confirm "
                 "first");
        }
        if (s.engine.vault.folder().surrounds(path)) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "'{}' lies in the instance's own folder: a backup there would go with it; choose another "
                 "place",
                 path);
        }
        Target target(path);
        const auto earlier = storage::newest_backup_beside(path, s.engine.vault.keystore());
        const auto made = s.engine.backups.create(proof, target.folder(), Duration(given.retention),
                                                  progress_of(given), earlier.get());
        target.keep();
        if (info) fill(*info, made);
    });
}

myqsec_status myqsec_backup_read(const char* directory, myqsec_backup_info* info) {
    return guard([&] {
        static_cast<void>(read_struct(info, "info"));
        fill(*info, {});
        const auto folder = open_folder(directory_of(directory, "directory"), false);
        fill(*info, storage::read_backup_info(*folder));
    });
}

myqsec_status myqsec_backup_key_list(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(backup_key_columns);
        for (const auto& key : s.engine.backups.keys(authorise(s, access::Right::key_manage)))
            list.add(std::int64_t{key.version}, key.expires);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_backup_key_export(myqsec_session* session, uint32_t version, char* key, size_t* length) {
    return with_session(session, [&](Session& s) {
        const auto given = required(length, "length");
        check_room(key, length, MYQSEC_BACKUP_KEY_MAX, "key");  // before it is audited that it was given out
        const auto exported = s.engine.backups.export_key(authorise(s, access::Right::key_manage), version);
        *length = given;
        give(exported, key, length);
    });
}

myqsec_status myqsec_backup_key_read(const char* directory, const myqsec_root* root, uint32_t version,
                                     char* key, size_t* length) {
    return guard([&] {
        const auto path = directory_of(directory, "directory");
        const auto provider = root_provider(root, Engine::Birth::opened);
        crypto::self_test();
        const auto folder = open_folder(path, false);
        storage::instance_folder::require_instance(*folder);
        const auto lock = storage::instance_folder::lock(*folder);
        const storage::Keystore keystore(*folder, *provider);
        const auto wanted = version != 0 ? version : keystore.newest_version(storage::KeyPurpose::backup);
        give(storage::backup_key(keystore, wanted), key, length);
    });
}

myqsec_status myqsec_backup_restore(const char* backup, const char* directory, const char* key,
                                    const myqsec_root* root, const myqsec_options* options,
                                    const myqsec_backup_options* backup_options, myqsec_engine** out) {
    return guard([&] {
        auto& handle = output(out, "out");
        const auto given = options_of(backup_options, "backup_options");
        if (given.retention != 0)
            fail(Status::ERR_INVALID_ARGUMENT, "backup_options.retention is for creating: it must be 0");
        RestoreRequest request{directory_of(backup, "backup"), directory_of(directory, "directory"),
                               storage::BackupKey::parse(text(key, "key", Characters::lines)),
                               progress_of(given)};
        const auto provider = root_provider(root, Engine::Birth::created);
        handle = new_handle<myqsec_engine>(restore_engine(request, *provider, engine_options(options)));
    });
}
