// An instance whose people come from files.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "people/export.hpp"
#include "people/import.hpp"

namespace myqsec::test {

struct ToldError {
    std::uint64_t line;
    Status status;
    std::string column;
    std::string sentence;
};

/// A file in memory, given in parts. `before_read` is called with how often it was rewound.
struct TextSource {
    std::string text;
    std::size_t part = 1000;
    std::function<void(int)> before_read{};
    std::size_t at = 0;
    int rewound = 0;

    people::Source source() {
        return {[this](ByteSpan into) {
                    if (before_read) before_read(rewound);
                    const auto came = std::min({part, into.size(), text.size() - at});
                    std::copy_n(as_bytes(text).begin() + static_cast<std::ptrdiff_t>(at), came, into.begin());
                    at += came;
                    return came;
                },
                [this] {
                    at = 0;
                    ++rewound;
                }};
    }
};

struct PeopleFixture : AccessFixture {
    using AccessFixture::AccessFixture;

    people::ImportParts parts() { return {access, *vault, audit()}; }

    people::ImportCounts import_as(const access::Principal& who, const std::string& text,
                                   const people::ImportOptions& options = {}) {
        TextSource file{text};
        return import_from(who, file, options);
    }
    people::ImportCounts import_from(const access::Principal& who, TextSource& file,
                                     const people::ImportOptions& options = {}) {
        told.clear();
        counts = {};
        people::import_people(
            parts(), who, options, file.source(),
            [&](const people::ImportError& error) {
                told.push_back(
                    {error.line, error.status, std::string(error.column), std::string(error.sentence)});
            },
            counts);
        return counts;
    }
    people::ImportCounts import(const std::string& text, const people::ImportOptions& options = {}) {
        return import_as(root, text, options);
    }
    /// The only error of a file in which there is one, and by which nothing changed.
    ToldError refused(const access::Principal& who, const std::string& text,
                      const people::ImportOptions& options = {}) {
        const auto before = export_as(root);
        CHECK(status_of([&] { import_as(who, text, options); }) != Status::OK);
        CHECK(export_as(root) == before);
        REQUIRE(told.size() == 1);
        return told.front();
    }
    ToldError refused(const std::string& text, const people::ImportOptions& options = {}) {
        return refused(root, text, options);
    }
    std::string export_as(const access::Principal& who, const people::ExportOptions& options = {}) {
        std::string text;
        people::export_people(parts(), who, options, [&](ByteView bytes) { text += as_text(bytes); });
        return text;
    }
    access::User user(const std::string& name) {
        return access.users.get(root, access.users.find(root, name));
    }
    /// Names of the groups that somebody is in directly, in the order of their numbers.
    std::vector<std::string> groups_of(const std::string& name) {
        std::vector<std::string> names;
        const auto who = access.users.find(root, name);
        for (const auto& group : access.groups.list(root)) {
            const auto members = access.groups.members(root, group.id);
            if (std::ranges::find(members, who) != members.end()) names.push_back(group.name);
        }
        return names;
    }
    GroupId group(const std::string& name) {
        for (const auto& one : access.groups.list(root)) {
            if (one.name == name) return one.id;
        }
        return {};
    }
    static access::Grant to(UserId user, GroupId over = {}) {
        access::Grant grant;
        grant.user = user;
        grant.scope_group = over;
        return grant;
    }

    std::vector<ToldError> told;
    people::ImportCounts counts;
};

}  // namespace myqsec::test
