// What a job says of itself under IPP's names: kept as given, sealed, and refused where IPP would refuse it.
#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

namespace {

myqsec_job_attribute number(const char* name, std::int64_t value,
                            std::uint32_t type = MYQSEC_ATTRIBUTE_INTEGER) {
    return {sizeof(myqsec_job_attribute), type, name, nullptr, value};
}
myqsec_job_attribute words(const char* name, const char* value) {
    return {sizeof(myqsec_job_attribute), MYQSEC_ATTRIBUTE_TEXT, name, value, 0};
}

myqsec_status submit(Host& host, const std::vector<myqsec_job_attribute>& attributes,
                     std::int64_t* job = nullptr) {
    auto fields = host.job_fields(host.secure);
    fields.attributes = attributes.data();
    fields.attribute_count = static_cast<std::uint32_t>(attributes.size());
    myqsec_job_writer* writer = nullptr;
    auto status = myqsec_job_submit(host.system->get(), &fields, &writer);
    if (job != nullptr && status == MYQSEC_OK) status = myqsec_job_writer_finish(writer, job);
    myqsec_job_writer_free(writer);
    return status;
}

std::string attributes_of(const Host& host, std::int64_t job) {
    return host.admin->list(myqsec_job_get, job).first().text("attributes");
}

}  // namespace

TEST_CASE("a job's attributes are given back as they came, and lie on no disk in the clear") {
    Host host;
    std::int64_t job = 0;
    REQUIRE(
        submit(host,
               {number("copies", 2), number("job-impressions", -2147483648),
                words("sides", "two-sided-long-edge"), number("print-as-raster", 1, MYQSEC_ATTRIBUTE_BOOLEAN),
                words("x.note_1", "Quillfeather says no"), words("empty", "")},
               &job) == MYQSEC_OK);
    const std::string lines =
        "copies integer 2\njob-impressions integer -2147483648\nsides text two-sided-long-edge\n"
        "print-as-raster boolean true\nx.note_1 text Quillfeather says no\nempty text \n";
    CHECK(attributes_of(host, job) == lines);
    CHECK(host.admin->list(myqsec_job_list, nullptr, nullptr).first().text("attributes") == lines);
    CHECK(attributes_of(host, host.submit(host.secure, "none")).empty());
    for (const auto& file : host.contents())
        CHECK(file.find("Quillfeather") == std::string::npos);
    host.reopen();
    CHECK(attributes_of(host, job) == lines);
    CHECK(myqsec_user_delete(host.admin->get(), host.jana) == MYQSEC_OK);
    CHECK_FALSE(host.has_job(job));
}

TEST_CASE("an attribute that IPP would not take is refused") {
    Host host;
    const std::string longest(255, 'n');
    const std::string too_long(256, 'n');
    const std::string most(1023, 't');
    const std::string too_much(1024, 't');
    CHECK(submit(host, {words(longest.c_str(), most.c_str())}) == MYQSEC_OK);
    CHECK_FAILS(submit(host, {words(too_long.c_str(), "")}), MYQSEC_ERR_INVALID_ARGUMENT, "name");
    CHECK_FAILS(submit(host, {words("note", too_much.c_str())}), MYQSEC_ERR_INVALID_ARGUMENT, "1023");
    for (const char* name : {"", "Copies", "a b", "a\nb", "caf\xc3\xa9", "a=b", "a/b"}) {
        CAPTURE(name);
        CHECK(submit(host, {number(name, 1)}) == MYQSEC_ERR_INVALID_ARGUMENT);
    }
    CHECK_FAILS(submit(host, {words("note", "two\nlines integer 1")}), MYQSEC_ERR_INVALID_ARGUMENT,
                "control");
    CHECK_FAILS(submit(host, {words("note", nullptr)}), MYQSEC_ERR_INVALID_ARGUMENT, "NULL");
    CHECK_FAILS(submit(host, {words(nullptr, "x")}), MYQSEC_ERR_INVALID_ARGUMENT, "NULL");
    CHECK_FAILS(submit(host, {number("copies", 2147483648)}), MYQSEC_ERR_INVALID_ARGUMENT, "copies");
    CHECK_FAILS(submit(host, {number("flag", 2, MYQSEC_ATTRIBUTE_BOOLEAN)}), MYQSEC_ERR_INVALID_ARGUMENT,
                "flag");
    CHECK_FAILS(submit(host, {number("copies", 1, 4)}), MYQSEC_ERR_INVALID_ARGUMENT, "type");
    CHECK_FAILS(submit(host, {number("copies", 1), number("copies", 2)}), MYQSEC_ERR_INVALID_ARGUMENT,
                "twice");
    auto later = number("copies", 1);
    later.struct_size -= 8;
    CHECK_FAILS(submit(host, {later}), MYQSEC_ERR_INVALID_ARGUMENT, "size");
    auto fields = host.job_fields(host.secure);
    fields.attribute_count = 1;
    myqsec_job_writer* writer = nullptr;
    CHECK_FAILS(myqsec_job_submit(host.system->get(), &fields, &writer), MYQSEC_ERR_INVALID_ARGUMENT,
                "attributes");
}

TEST_CASE("a job has at most 64 attributes, of 4 KiB together") {
    Host host;
    std::vector<std::string> names;
    for (int i = 0; i < 65; ++i)
        names.push_back("n" + std::to_string(i));
    std::vector<myqsec_job_attribute> attributes;
    for (int i = 0; i < 64; ++i)
        attributes.push_back(number(names[i].c_str(), i));
    CHECK(submit(host, attributes) == MYQSEC_OK);
    attributes.push_back(number(names[64].c_str(), 64));
    CHECK_FAILS(submit(host, attributes), MYQSEC_ERR_LIMIT, "64");
    const std::string much(1000, 'x');
    attributes.clear();
    for (int i = 0; i < 4; ++i)
        attributes.push_back(words(names[i].c_str(), much.c_str()));
    std::int64_t job = 0;
    CHECK(submit(host, attributes, &job) == MYQSEC_OK);
    CHECK(attributes_of(host, job).size() == 4 * (1000 + 9));
    attributes.push_back(words(names[4].c_str(), much.c_str()));
    CHECK_FAILS(submit(host, attributes), MYQSEC_ERR_LIMIT, "4096");
}

TEST_CASE("whoever is given a job's document is given its attributes, the host in a direct queue, too") {
    Host host;
    const std::vector<myqsec_job_attribute> attributes{number("copies", 2), words("sides", "one-sided"),
                                                       number("raster", 1, MYQSEC_ATTRIBUTE_BOOLEAN),
                                                       words("note", "two words")};
    auto fields = host.job_fields(host.direct);
    fields.attributes = attributes.data();
    fields.attribute_count = static_cast<std::uint32_t>(attributes.size());
    auto writer = host.system->submit(fields);
    writer.write(std::string_view("document"));
    auto release = host.system->begin_release(writer.finish());
    std::vector<std::string> seen;
    for (const auto row : release.attributes()) {
        seen.push_back(row.text("name") + " " + row.text("type") + " " +
                       (row.has("number") ? std::to_string(row.integer("number")) : row.text("text")));
    }
    CHECK(seen == std::vector<std::string>{"copies integer 2", "sides text one-sided", "raster boolean 1",
                                           "note text two words"});
    std::vector<std::uint8_t> room(64);
    CHECK(release.read(room) == 8);
    CHECK(release.attributes().size() == 4);
    release.finish();
    CHECK_THROWS_WITH(static_cast<void>(release.attributes()), "this release is over; begin another");
    auto without = host.system->begin_release(host.submit(host.direct, "document"));
    CHECK(without.attributes().size() == 0);
}
