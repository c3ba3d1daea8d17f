#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "audit/log_fixture.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

std::string exported(AuditLog& log, const LineExport& what, std::int64_t* next = nullptr) {
    std::string out;
    const auto behind = log.export_lines(test::auditor, what, [&](ByteView some) { out += as_text(some); });
    if (next != nullptr) *next = behind;
    return out;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

/// A message of RFC 5424, read as its grammar has it.
struct Syslog {
    std::vector<std::string> header;  // PRI with version, TIMESTAMP … MSGID
    std::string id;
    std::vector<std::pair<std::string, std::string>> params;
    std::string message;

    explicit Syslog(const std::string& line) {
        std::size_t at = 0;
        for (int i = 0; i < 6; ++i) {
            const auto end = line.find(' ', at);
            header.push_back(line.substr(at, end - at));
            at = end + 1;
        }
        REQUIRE(line.at(at) == '[');
        const auto id_end = line.find(' ', at);
        id = line.substr(at + 1, id_end - at - 1);
        at = id_end;
        while (line.at(at) == ' ') {
            const auto equals = line.find('=', at);
            const auto name = line.substr(at + 1, equals - at - 1);
            REQUIRE(line.at(equals + 1) == '"');
            std::string value;
            for (at = equals + 2; line.at(at) != '"'; ++at) {
                REQUIRE(line.at(at) != ']');
                if (line.at(at) == '\\') ++at;
                value += line.at(at);
            }
            params.emplace_back(name, value);
            ++at;
        }
        REQUIRE(line.substr(at, 2) == "] ");
        message = line.substr(at + 2);
    }
    [[nodiscard]] std::string param(const std::string& name) const {
        for (const auto& [each, value] : params) {
            if (each == name) return value;
        }
        return "missing";
    }
};

Event awkward() {
    auto event = test::LogFixture::event(7);
    event.result = Result::denied;
    event.actor = {ActorKind::user, {0xAB}};
    event.changes = {{"a \"quoted\" name", "back\\slash", "]ü\n\x01"}};
    return event;
}

}  // namespace

TEST_CASE("each event is one JSON object a line, in order, its own export the last") {
    test::LogFixture f;
    f.record(3);
    f.record(awkward());
    std::int64_t next = 0;
    const auto lines = lines_of(exported(f.audit(), {}, &next));
    REQUIRE(lines.size() == 5);
    CHECK(next == 6);
    for (std::size_t i = 0; i < lines.size(); ++i)
        CHECK(nlohmann::json::parse(lines[i]).at("sequence") == i + 1);
    const auto event = nlohmann::json::parse(lines[3]);
    CHECK(event.at("time") == "2027-01-15T08:00:00.000Z");
    CHECK(event.at("action") == "job.held");
    CHECK(event.at("actor") == "ab000000000000000000000000000000");
    CHECK(event.at("result") == "denied");
    CHECK(event.at("changes")[0].at("field") == "a \"quoted\" name");
    CHECK(event.at("changes")[0].at("new") == "]ü\n\x01");
    CHECK_FALSE(event.contains("personal"));
    CHECK(nlohmann::json::parse(lines[4]).at("action") == "audit.exported");
}

TEST_CASE("an export goes on where another ended, and one without news is empty and leaves no event") {
    test::LogFixture f;
    f.record(3);
    LineExport what;
    exported(f.audit(), what, &what.from);
    CHECK(exported(f.audit(), what, &what.from).empty());
    CHECK(what.from == 5);
    CHECK(f.events().size() == 4);
    f.record(2);
    CHECK(lines_of(exported(f.audit(), what, &what.from)).size() == 3);
    CHECK(what.from == 8);
}

TEST_CASE("whoever takes no more gets nothing twice and misses nothing") {
    test::LogFixture f;
    f.record(2000);
    LineExport what;
    std::string received;
    std::int64_t go_on = 1;
    what.delivered = [&](std::int64_t next) { go_on = next; };
    int writes = 0;
    for (bool done = false; !done;) {
        what.from = go_on;
        try {
            f.audit().export_lines(test::auditor, what, [&](ByteView some) {
                if (++writes % 3 == 0) fail(Status::ERR_CALLBACK, "enough");
                CHECK(some.back() == '\n');
                received += as_text(some);
            });
            done = true;
        } catch (const Error& error) {
            CHECK(error.status() == Status::ERR_CALLBACK);
        }
    }
    const auto lines = lines_of(received);
    CHECK(lines.size() == f.events().size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        CHECK(nlohmann::json::parse(lines[i]).at("sequence") == i + 1);
}

TEST_CASE("a syslog line is a message of RFC 5424") {
    test::LogFixture f;
    f.record(awkward());
    LineExport what;
    what.format = ExportFormat::syslog;
    what.text.host_name = "printhost";
    const auto lines = lines_of(exported(f.audit(), what));
    REQUIRE(lines.size() == 2);
    const Syslog message(lines[0]);
    CHECK(message.header == std::vector<std::string>{"<108>1", "2027-01-15T08:00:00.000Z", "printhost",
                                                     "myqsec", "-", "job.held"});
    CHECK(message.id == "audit@32473");
    CHECK(message.param("sequence") == "1");
    CHECK(message.param("field") == "a \"quoted\" name");
    CHECK(message.param("old") == "back\\slash");
    CHECK(message.param("new") == "]ü\u240A\u2401");
    CHECK(message.param("object") == "7");
    CHECK(message.message == "\uFEFFjob.held: a job arrived completely and is held");
    CHECK(is_utf8(lines[0]));
    CHECK(Syslog(lines[1]).header[0] == "<110>1");
    what.text.enterprise_number = 4'294'967'295;
    CHECK(Syslog(lines_of(exported(f.audit(), what)).front()).id == "audit@4294967295");
}

TEST_CASE("names leave with lines only if asked for, and with a bundle never") {
    test::LogFixture f;
    f.audit().recover();
    const auto person = f.person();
    auto event = f.event(1);
    event.personal = {{person, "job_name", "letter to my doctor"}, {f.person(), "host_name", "ward-7"}};
    f.record(event);
    LineExport what;
    CHECK(exported(f.audit(), what).find("doctor") == std::string::npos);
    what.text.personal = true;
    CHECK(exported(f.audit(), what).find("letter to my doctor") != std::string::npos);
    what.format = ExportFormat::syslog;
    CHECK(exported(f.audit(), what).find("letter to my doctor") != std::string::npos);

    const auto before = f.bundle();
    CHECK(as_text(before).find("doctor") == std::string_view::npos);
    CHECK(f.verify(before).sealed_values == 2);
    f.erase(person);
    const auto after = f.bundle();
    const auto verdict = f.verify(after);
    CHECK_MESSAGE(verdict.valid, verdict.reason);
    CHECK(verdict.sealed_values == 1);
    CHECK(verdict.erased_values == 1);
    what.format = ExportFormat::json_lines;
    CHECK(exported(f.audit(), what).find("\"job_name\":null") != std::string::npos);
}
