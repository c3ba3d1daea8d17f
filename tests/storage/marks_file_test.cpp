// The file of marks by itself: what it looks like, and that nothing that happens to it does harm.
#include "storage/pages/marks_file.hpp"

#include <filesystem>

#include "base/rounds.hpp"
#include "storage/marks_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::compare_all;
using test::DiskImage;
using test::marks_name;
using test::MemoryDatabase;
using test::opened_by_marks;

namespace {

const std::string marks_path(marks_name);

/// A closed database of a few dozen pages, with its marks.
DiskImage small_database() {
    MemoryDatabase living;
    test::fill_rows(*living, 30);
    living.database.reset();
    return living.image();
}

void require_whole(const DiskImage& image, bool by_marks) {
    MemoryDatabase opened(image);
    REQUIRE(opened_by_marks(*opened) == by_marks);
    compare_all(*opened);
    REQUIRE_FALSE(opened->take_alarm());
    REQUIRE(test::scalar(*opened, "SELECT count(*) FROM t WHERE filler = zeroblob(3000)") == 30);
}

}  // namespace

TEST_CASE("recent pages are the last ones written, each once, the newest first") {
    RecentPages recent;
    for (const std::uint32_t page : {1, 2, 3, 2, 4, 4, 1})
        recent.wrote(page);
    CHECK(recent.newest_first() == std::vector<std::uint32_t>{1, 4, 2, 3});
    for (std::uint32_t round = 0; round < 3; ++round) {
        for (std::uint32_t page = 10; page < 3000; ++page)
            recent.wrote(page);
    }
    const auto pages = recent.newest_first();
    REQUIRE(pages.size() == RecentPages::most);
    for (std::uint32_t i = 0; i < pages.size(); ++i)
        REQUIRE(pages[i] == 2999 - i);
    RecentPages again;
    again.assign(pages);
    again.wrote(7);
    CHECK(again.newest_first()[0] == 7);
    CHECK(again.newest_first()[1] == 2999);
}

TEST_CASE("the file is as its page says") {
    const DiskImage image = small_database();
    const Bytes& marks = image.files.at(marks_path);
    const Bytes& main = image.files.at("main.db");
    const auto pages = test::page_count(main);
    REQUIRE(marks.size() == 4096 + 8 * pages);
    CHECK(as_text(ByteView(marks).first(7)) == "MYQSMRK");
    CHECK(marks[7] == main[7]);
    CHECK(std::equal(marks.begin() + 8, marks.begin() + 16, main.begin() + 8));
    CHECK(load_be<std::uint32_t>(marks.data() + 16) == pages);
    crypto::PageSum sum{};
    const crypto::PageDigest digest(test::test_key());
    for (std::uint32_t page = 1; page <= pages; ++page) {
        const auto mark = load_be<std::uint64_t>(marks.data() + 4096 + 8 * (page - 1));
        CHECK(mark == load_be<std::uint64_t>(main.data() + page * page_size - 16));
        digest.toggle(sum, page, mark);
    }
    const auto tag = digest.prove(sum, ByteView(marks).first(4080));
    CHECK(std::equal(tag.begin(), tag.end(), marks.begin() + 4080));
    CHECK(load_be<std::uint32_t>(marks.data() + 20) ==
          pages);  // the checkpoint goes from the first to the last
}

TEST_CASE("whichever byte of the file is altered, the database opens by itself") {
    const DiskImage image = small_database();
    require_whole(image, true);
    const auto size = image.files.at(marks_path).size();
    for (std::size_t at = 0; at < size; ++at) {
        CAPTURE(at);
        DiskImage altered = image;
        altered.files.at(marks_path)[at] ^= static_cast<std::uint8_t>(1U << at % 8);
        require_whole(altered, false);
    }
}

TEST_CASE("cut, longer, empty or another's, the file is not used, and written anew") {
    const DiskImage image = small_database();
    const Bytes& whole = image.files.at(marks_path);
    std::vector<Bytes> files{
        {}, Bytes(whole.size()), Bytes(3 * whole.size(), 0xff), small_database().files.at(marks_path)};
    for (const std::size_t size : {std::size_t{1}, std::size_t{16}, std::size_t{4095}, std::size_t{4096},
                                   std::size_t{4100}, whole.size() - 8, whole.size() - 1})
        files.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    for (const std::size_t more : {1, 8, 4096}) {
        files.push_back(whole);
        files.back().resize(whole.size() + more);
    }
    for (const Bytes& file : files) {
        CAPTURE(file.size());
        DiskImage altered = image;
        altered.files[marks_path] = file;
        require_whole(altered, false);
        MemoryDatabase living(altered);
        test::set_rows(*living, 3, 3, 1);
        living->checkpoint();
        require_whole(living.image(), true);
    }
}

TEST_CASE("a header is not believed that names no page of the database, or is of another format") {
    MemoryDatabase living(small_database());
    DiskImage image = living.image();
    Bytes& marks = image.files.at(marks_path);
    const auto pages = static_cast<std::uint32_t>(test::page_count(image.main()));
    crypto::PageSum sum{};
    const crypto::PageDigest digest(test::test_key());
    for (std::uint32_t page = 1; page <= pages; ++page)
        digest.toggle(sum, page, load_be<std::uint64_t>(marks.data() + 4096 + 8 * (page - 1)));
    const auto seal = [&] {
        const auto tag = digest.prove(sum, ByteView(marks).first(4080));
        std::copy(tag.begin(), tag.end(), marks.begin() + 4080);
    };
    bool serves = false;
    SUBCASE("none at all") {
        std::fill(marks.begin() + 20, marks.begin() + 4080, std::uint8_t{0});
    }
    SUBCASE("only such") {
        std::fill(marks.begin() + 20, marks.begin() + 4080, std::uint8_t{0xff});
    }
    SUBCASE("first such") {
        store_be(marks.data() + 20, std::uint32_t{0xffffffff});
        serves = true;
    }
    SUBCASE("of a later version") {
        marks[7] = static_cast<std::uint8_t>(marks[7] + 16);
    }
    SUBCASE("of another database") {
        marks[8] ^= 1;
    }
    seal();
    require_whole(image, serves);
}

TEST_CASE("a database that is made has no marks, and takes over none") {
    const auto disk = std::make_shared<test::PowerCutDisk>(1);
    test::PowerCutFolder folder(disk);
    folder.create(marks_name)->write_at(0, Bytes(5000, 1));
    Database::create(folder, "main.db", test::test_key());
    CHECK(disk->names().size() == 2);
    Database(folder, "main.db", test::test_key()).execute("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    CHECK(folder.exists(marks_name));
}

TEST_CASE("a folder or a link in the file's place costs speed only") {
    test::DatabaseFolder files;
    const auto place = files.path(marks_name);
    bool stays = false;
    SUBCASE("folder") {
        std::filesystem::create_directory(place);
        stays = true;
    }
    SUBCASE("link") {  // which is nobody's
        std::filesystem::create_symlink("elsewhere", place);
    }
    for (int round = 0; round < 3; ++round) {
        const auto database = files.open();
        CHECK(opened_by_marks(*database) == (round == 2 && !stays));
        if (round == 0) test::fill_rows(*database, 30);
        test::set_rows(*database, 1, 30, round);
        CHECK_NOTHROW(database->checkpoint());
        CHECK(test::is_sound(*database));
    }
    CHECK_FALSE(std::filesystem::exists(files.path("elsewhere")));
}

TEST_CASE("marks serve again after a conversion, and those under an earlier key do not") {
    DatabaseKeys keys;
    keys.put(1, test::test_key(5));
    keys.put(2, test::test_key(6));
    test::DatabaseFolder files;
    const auto open = [&] { return std::make_unique<Database>(files.folder(), "main.db", keys); };
    auto database = open();
    test::fill_rows(*database, 30);
    database->begin_conversion(true, 2, test::test_key(6));
    database.reset();
    database = open();
    CHECK_FALSE(opened_by_marks(*database));
    CHECK_FALSE(database->convert(10));
    database.reset();
    database = open();
    CHECK(opened_by_marks(*database));
    CHECK_FALSE(database->convert(10));
    compare_all(*database);  // of both forms
    CHECK_FALSE(database->take_alarm());
    while (!database->convert(10)) {
    }
    database.reset();
    database = open();
    CHECK(opened_by_marks(*database));
    CHECK(test::is_sound(*database));
}

namespace {

/// Calls on the file of marks fail from the n-th on, or one of them; all others go through.
struct MarksFaults {
    std::uint64_t fail_at = 0;
    bool for_good = false;
    std::uint64_t calls = 0;

    void reach() {
        ++calls;
        if (fail_at != 0 && (calls == fail_at || (for_good && calls > fail_at)))
            fail(Status::ERR_NO_SPACE, "no room for marks");
    }
};

class FailingMarks final : public File {
 public:
    FailingMarks(std::unique_ptr<File> file, MarksFaults& faults) : file_(std::move(file)), faults_(faults) {}

    std::size_t read_at(std::uint64_t offset, ByteSpan into) override {
        faults_.reach();
        return file_->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, ByteView from) override {
        try {
            faults_.reach();
        } catch (...) {
            file_->write_at(offset, from.first(from.size() / 2));
            throw;
        }
        file_->write_at(offset, from);
    }
    std::uint64_t size() override {
        faults_.reach();
        return file_->size();
    }
    void truncate(std::uint64_t size) override {
        faults_.reach();
        file_->truncate(size);
    }
    void sync() override { FAIL("the marks were synced"); }
    bool try_lock() override { return file_->try_lock(); }

 private:
    std::unique_ptr<File> file_;
    MarksFaults& faults_;
};

class MarksFaultFolder final : public Folder {
 public:
    MarksFaultFolder(std::shared_ptr<test::PowerCutDisk> disk, MarksFaults& faults)
        : folder_(std::move(disk)), faults_(faults) {}

    std::unique_ptr<File> open(std::string_view name) override {
        reach(name);
        return wrap(name, folder_.open(name));
    }
    std::unique_ptr<File> open_read_only(std::string_view name) override { return open(name); }
    std::unique_ptr<File> create(std::string_view name) override {
        reach(name);
        return wrap(name, folder_.create(name));
    }
    std::unique_ptr<File> create_unnamed() override { return folder_.create_unnamed(); }
    void link(File& unnamed, std::string_view name) override { folder_.link(unnamed, name); }
    void link_durably(File& unnamed, std::string_view name) override { folder_.link_durably(unnamed, name); }
    bool share(File& file, std::string_view name) override { return folder_.share(file, name); }
    void rename(std::string_view from, std::string_view to) override { folder_.rename(from, to); }
    bool remove(std::string_view name) override {
        reach(name);
        return folder_.remove(name);
    }
    bool exists(std::string_view name) override {
        reach(name);
        return folder_.exists(name);
    }
    bool has_file(std::string_view name) override { return folder_.has_file(name); }
    std::unique_ptr<Listing> listing() override { return folder_.listing(); }
    void sync() override { folder_.sync(); }
    std::unique_ptr<Folder> folder(std::string_view name) override { return folder_.folder(name); }
    [[nodiscard]] const std::string& path() const override { return folder_.path(); }

 private:
    void reach(std::string_view name) {
        if (name == marks_name) faults_.reach();
    }
    std::unique_ptr<File> wrap(std::string_view name, std::unique_ptr<File> file) {
        if (name != marks_name) return file;
        return std::make_unique<FailingMarks>(std::move(file), faults_);
    }

    test::PowerCutFolder folder_;
    MarksFaults& faults_;
};

/// False when the work ended before call n. Every checkpoint must succeed.
bool works_without_marks(std::uint64_t n, bool for_good) {
    MarksFaults faults{n, for_good};
    const auto disk = small_database().disk();
    int state = 0;
    for (int opening = 0; opening < 2; ++opening) {
        MarksFaultFolder folder(disk, faults);
        Database database(folder, "main.db", test::test_key());
        for (int i = 0; i < 2; ++i) {
            test::set_rows(database, 1 + 7 * i, 5 + 7 * i, ++state);
            database.checkpoint();
        }
        database.run("DELETE FROM t WHERE id > $1", 29 - state);
        database.execute("VACUUM");
    }
    const DiskImage image = DiskImage::of(*disk);
    MemoryDatabase again(image);
    compare_all(*again);
    CHECK_FALSE(again->take_alarm());
    CHECK(test::state_of_row(*again, 12) == state);
    CHECK(test::is_sound(*again));
    const bool struck = faults.calls >= n;
    if (!for_good && struck) {
        test::set_rows(*again, 1, 1, 9);
        again->checkpoint();
        MemoryDatabase last(again.image());
        CHECK(opened_by_marks(*last));
    }
    return struck;
}

}  // namespace

TEST_CASE("no call on the file that fails is noticed by anybody, and the next checkpoint makes up for it") {
    for (const bool for_good : {false, true}) {
        CAPTURE(for_good);
        std::uint64_t n = 1;
        for (; works_without_marks(n, for_good); ++n)
            CAPTURE(n);
        CHECK(n > 30);
    }
}

TEST_CASE("what could not be written is written at the next checkpoint, wholly") {
    MarksFaults faults;
    const auto disk = small_database().disk();
    MarksFaultFolder folder(disk, faults);
    Database database(folder, "main.db", test::test_key());
    REQUIRE(opened_by_marks(database));
    faults.fail_at = faults.calls + 1;
    test::set_rows(database, 3, 3, 1);
    database.checkpoint();
    CHECK_FALSE(disk->names().contains(marks_path));
    test::set_rows(database, 4, 4, 1);
    database.checkpoint();
    require_whole(DiskImage::of(*disk), true);
}

TEST_CASE("a checkpoint writes only the marks that changed") {
    MemoryDatabase living;
    test::fill_rows(*living, 3000);
    const auto& inode = *living.disk->names().at(marks_path);
    living.disk->names().at(marks_path)->unsynced.clear();
    test::set_rows(*living, 1, 1, 1);
    test::set_rows(*living, 3000, 3000, 1);
    living->checkpoint();
    std::size_t bytes = 0;
    for (const auto& change : inode.unsynced)
        bytes += change.bytes.size();
    CHECK(bytes <= 3 * 4096);
    CHECK(bytes > 4096 + 8);
    CHECK(opened_by_marks(*MemoryDatabase(living.image()).database));
}
