#include "base/folder.hpp"

#include <set>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/status_of.hpp"
#include "base/temporary_folder.hpp"

using namespace myqsec;
using test::status_of;

namespace {

ino_t last_synced = 0;

}  // namespace

/// Stands before the C library's: it tells what was synced.
extern "C" int fsync(int file) {
    struct stat info {};
    if (::fstat(file, &info) == 0) last_synced = info.st_ino;
    return static_cast<int>(::syscall(SYS_fsync, file));
}

TEST_CASE("a file gives back what was written, and short reads only at its end") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    const auto file = folder->create("data");
    file->write_at(3, as_bytes("hello"));
    Bytes buffer(16);
    CHECK(file->read_at(3, buffer) == 5);
    CHECK(as_text(ByteView(buffer).first(5)) == "hello");
    CHECK(file->size() == 8);
}

TEST_CASE("an unnamed file exists only once it is linked, and never replaces another") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    const auto file = folder->create_unnamed();
    file->write_at(0, as_bytes("job"));
    CHECK(folder->list().empty());
    folder->link(*file, "job");
    CHECK(folder->exists("job"));
    const auto second = folder->create_unnamed();
    CHECK(status_of([&] { folder->link(*second, "job"); }) == Status::ERR_EXISTS);
}

TEST_CASE("names cannot leave the folder and symbolic links are not followed") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    CHECK(status_of([&] { folder->open("../etc"); }) == Status::ERR_INTERNAL);
    CHECK(status_of([&] { folder->create(""); }) == Status::ERR_INTERNAL);
    REQUIRE(::symlink("/etc/passwd", (temporary.path() + "/link").c_str()) == 0);
    CHECK(status_of([&] { folder->open_read_only("link"); }) != Status::OK);
}

TEST_CASE("files and folders are private to their owner") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    folder->create("file");
    folder->folder("sub");
    struct stat info {};
    REQUIRE(::stat((temporary.path() + "/file").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    REQUIRE(::stat((temporary.path() + "/sub").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("a new folder's name is durable in the folder above it") {
    const test::TemporaryFolder temporary;
    struct stat above {};
    REQUIRE(::stat(temporary.path().c_str(), &above) == 0);
    for (const auto* name : {"/one", "/two/"}) {
        last_synced = 0;
        open_folder(temporary.path() + name, true);
        CHECK(last_synced == above.st_ino);
        last_synced = 0;
        open_folder(temporary.path() + name, true);  // it was there
        CHECK(last_synced == 0);
    }
}

TEST_CASE("a listing gives each name once, while others come and go") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    std::set<std::string> expected;
    for (int i = 0; i < 1000; ++i) {
        const auto name = "file" + std::to_string(i);
        folder->create(name);
        expected.insert(name);
    }
    const auto listing = folder->listing();
    std::multiset<std::string> found;
    for (int i = 0; const auto name = listing->next(); ++i) {
        if (expected.contains(*name)) found.insert(*name);
        folder->create("other" + std::to_string(i));
        folder->remove("other" + std::to_string(i));
        if (i > 5000) FAIL("a listing without an end");
    }
    CHECK(found == std::multiset<std::string>(expected.begin(), expected.end()));
    CHECK(folder->list().size() == 1000);
}

TEST_CASE("a file that others own, or may write, is not shared") {
    const test::TemporaryFolder temporary;
    const auto one = temporary.open()->folder("one");
    const auto other = temporary.open()->folder("other");
    one->create("file")->write_at(0, as_bytes("shared"));
    const auto path = temporary.path() + "/one/file";
    const auto is_shared = [&](const std::string& name) {
        return other->share(*one->open_read_only("file"), name);
    };
    for (const mode_t writable : {0620, 0602}) {
        CHECK(::chmod(path.c_str(), writable) == 0);
        CHECK_FALSE(is_shared("writable"));
    }
    CHECK(::chmod(path.c_str(), 0644) == 0);
    CHECK(is_shared("readable"));
    if (::geteuid() != 0) return;
    CHECK(::chown(path.c_str(), 65534, 65534) == 0);
    CHECK_FALSE(is_shared("another's"));
}

TEST_CASE("a file of another folder is shared under a second name, and outlives the first") {
    const test::TemporaryFolder temporary;
    const auto one = temporary.open()->folder("one");
    const auto other = temporary.open()->folder("other");
    const auto file = one->create("first");
    file->write_at(0, as_bytes("shared"));
    CHECK(other->share(*one->open_read_only("first"), "second"));
    CHECK(status_of([&] { (void)other->share(*one->open_read_only("first"), "second"); }) ==
          Status::ERR_EXISTS);
    CHECK(one->remove("first"));
    CHECK(as_text(read_all(*other->open("second"), 100)) == "shared");
    // Another file system: the kernel's own.
    const auto foreign = open_folder("/proc/self", false);
    CHECK_FALSE(other->share(*foreign->open_read_only("status"), "third"));
    CHECK_FALSE(other->exists("third"));
}

TEST_CASE("a second opener does not get the lock until the first closes") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    auto first = folder->create("lock");
    const auto second = folder->open("lock");
    CHECK(first->try_lock());
    CHECK_FALSE(second->try_lock());
    first.reset();
    CHECK(second->try_lock());
}

TEST_CASE("a durable write replaces the whole file") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    write_durably(*folder, "state", as_bytes("a long first state"));
    write_durably(*folder, "state", as_bytes("second"));
    const auto file = folder->open("state");
    CHECK(as_text(read_all(*file, 100)) == "second");
    CHECK(status_of([&] { read_all(*file, 3); }) == Status::ERR_LIMIT);
    CHECK(folder->list().size() == 1);
}

TEST_CASE("a missing file is NOT_FOUND and says its path") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    try {
        folder->open("nothing");
        FAIL("opened a file that does not exist");
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_NOT_FOUND);
        CHECK(std::string(error.what()).find(temporary.path() + "/nothing") != std::string::npos);
    }
}
