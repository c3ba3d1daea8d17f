// The instance, the backup and the audit bundle of tests/vectors, made once by an earlier library: they open
// for ever. tests/vectors/check_instance.py and tools/verify-audit-bundle, which are independent, open the
// same files.
#include "abi/engine.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

std::string vector_path(const std::string& name, const std::string& folder = "instance") {
    return std::string(MYQSEC_TESTS_DIR) + "/vectors/" + folder + "/" + name;
}

std::string line_of(const std::string& path) {
    auto line = read_file(path);
    while (!line.empty() && line.back() == '\n')
        line.pop_back();
    return line;
}

/// A host soon after the vector was made.
struct VectorHost : Place {
    myqsec_backup_info info = MYQSEC_BACKUP_INFO_INIT;
    VectorHost() {
        secret = read_file(vector_path("root.key"));
        check(myqsec_backup_read(vector_path("backup").c_str(), &info));
        now = info.created + 60'000;
    }
    void check_opened(Engine engine) {
        const auto system = engine.system_session();
        const auto admin = system.login("admin", line_of(vector_path("admin-password")));
        CHECK(admin.list(myqsec_user_list, nullptr, nullptr).size() == 2);
        Tray tray;
        const auto sink = tray.sink();
        check(myqsec_job_release(admin.get(), 1, nullptr, &sink));
        CHECK(tray.printed == read_file(vector_path("document")));
        CHECK(admin.list(myqsec_audit_list, nullptr, nullptr).size() > 8);
    }
};

}  // namespace

TEST_CASE("an instance from before opens") {
    VectorHost host;
    filesystem::copy(vector_path("backup"), host.directory, filesystem::copy_options::recursive);
    filesystem::remove(host.directory + "/backup");
    filesystem::copy(vector_path("keystore"), host.directory + "/keystore");
    filesystem::copy(vector_path("mark"), host.directory + "/jobs/.mark");
    host.check_opened(host.open());
}

TEST_CASE("a backup from before is restored, until it expires") {
    VectorHost host;
    const auto root = host.root();
    const auto key = read_file(vector_path("backup.key"));
    const auto restore = [&](myqsec_engine** engine) {
        const auto options = host.options();
        return myqsec_backup_restore(vector_path("backup").c_str(), host.directory.c_str(), key.c_str(),
                                     &root, &options, nullptr, engine);
    };
    myqsec_engine* engine = nullptr;
    host.now = host.info.expires;
    CHECK_FAILS(restore(&engine), MYQSEC_ERR_NOT_POSSIBLE, "expired");
    host.now = host.info.expires - 1;
    check(restore(&engine));
    check(myqsec_close(engine));
    host.check_opened(host.open());
}

TEST_CASE("an audit bundle from before is verified, with a checkpoint from before that") {
    struct Source {
        std::string rest;
    } source{read_file(vector_path("log.bundle", "audit"))};
    const auto give = [](void* context, void* data, std::size_t* length) {
        auto& rest = static_cast<Source*>(context)->rest;
        *length = std::min(*length, rest.size());
        rest.copy(static_cast<char*>(data), *length);
        rest.erase(0, *length);
        return 0;
    };
    const auto key = line_of(vector_path("first-epoch.key", "audit"));
    const auto known = read_file(vector_path("checkpoint", "audit"));
    myqsec_audit_verdict verdict = MYQSEC_AUDIT_VERDICT_INIT;
    check(myqsec_audit_verify(give, &source, key.c_str(), known.c_str(), &verdict));
    CHECK(verdict.size == 60);
    CHECK(verdict.proven == 60);
    CHECK(verdict.epoch == 3);
}
