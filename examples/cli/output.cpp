#include "output.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <iostream>
#include <vector>

#include <nlohmann/json.hpp>

#include "new_file.hpp"

namespace cli {

namespace {

using Json = nlohmann::ordered_json;

/// A path may hold anything; JSON holds UTF-8.
std::string dumped(const Json& json) {
    return json.dump(json.is_array() ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

struct Column {
    std::string name;
    myqsec_column_type type;
};

std::vector<Column> columns_of(const Handle<myqsec_list>& list) {
    std::size_t count = 0;
    check(myqsec_list_column_count(list.get(), &count));
    std::vector<Column> columns;
    for (std::size_t i = 0; i < count; ++i) {
        const char* name = nullptr;
        myqsec_column_type type{};
        check(myqsec_list_column(list.get(), i, &name, &type));
        columns.push_back({name, type});
    }
    return columns;
}

std::string duration(std::int64_t milliseconds) {
    if (milliseconds % 3'600'000 == 0) return std::to_string(milliseconds / 3'600'000) + "h";
    if (milliseconds % 60'000 == 0) return std::to_string(milliseconds / 60'000) + "min";
    if (milliseconds % 1000 == 0) return std::to_string(milliseconds / 1000) + "s";
    return std::to_string(milliseconds) + "ms";
}

std::string hex(const Handle<myqsec_list>& list, const char* column) {
    static constexpr char digits[] = "0123456789abcdef";
    const std::uint8_t* data = nullptr;
    std::size_t size = 0;
    check(myqsec_list_bytes(list.get(), column, &data, &size));
    std::string out;
    for (std::size_t i = 0; i < size; ++i) {
        out += digits[data[i] >> 4];
        out += digits[data[i] & 15];
    }
    return out;
}

Json value(const Handle<myqsec_list>& list, const Column& column) {
    int has = 0;
    check(myqsec_list_has(list.get(), column.name.c_str(), &has));
    if (has == 0) return nullptr;
    switch (column.type) {
        case MYQSEC_COLUMN_TEXT:
            return text(list, column.name.c_str());
        case MYQSEC_COLUMN_BYTES:
            return hex(list, column.name.c_str());
        case MYQSEC_COLUMN_BOOLEAN:
            return integer(list, column.name.c_str()) != 0;
        case MYQSEC_COLUMN_INSTANT:
            return instant(integer(list, column.name.c_str()));
        case MYQSEC_COLUMN_INTEGER:
        case MYQSEC_COLUMN_DURATION:
            break;
    }
    return integer(list, column.name.c_str());
}

/// What a terminal shows: control characters of stored text must not steer it.
std::string shown(const Json& cell, myqsec_column_type type) {
    if (cell.is_null()) return "-";
    if (cell.is_boolean()) return cell.get<bool>() ? "yes" : "no";
    if (type == MYQSEC_COLUMN_DURATION) return duration(cell.get<std::int64_t>());
    if (cell.is_number()) return std::to_string(cell.get<std::int64_t>());
    std::string out = printable(cell.get<std::string>());
    return out.empty() ? "-" : out;
}

/// Characters, not bytes, so that columns stay aligned under accents.
std::size_t width(const std::string& cell) {
    return static_cast<std::size_t>(std::ranges::count_if(cell, [](char c) { return (c & 0xC0) != 0x80; }));
}

void print_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t widest = width(columns[i].name);
        for (const auto& row : rows)
            widest = std::max(widest, width(row[i]));
        widths.push_back(std::min<std::size_t>(widest, 60));
    }
    const auto line = [&](const auto& cell_at) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string cell = cell_at(i);
            std::cout << cell;
            if (i + 1 < columns.size())
                std::cout << std::string(widths[i] - std::min(widths[i], width(cell)) + 2, ' ');
        }
        std::cout << '\n';
    };
    line([&](std::size_t i) { return columns[i].name; });
    for (const auto& row : rows)
        line([&](std::size_t i) { return row[i]; });
}

/// `before` is printed when there is something to print.
void print_behind(const std::string& before, const Handle<myqsec_list>& list, bool json,
                  const std::function<void()>& at_row) {
    const auto columns = columns_of(list);
    Json all = Json::array();
    std::vector<std::vector<std::string>> rows;
    while (next(list)) {
        if (at_row) at_row();
        Json object = Json::object();
        std::vector<std::string> row;
        for (const Column& column : columns) {
            object[column.name] = value(list, column);
            row.push_back(shown(object[column.name], column.type));
        }
        all.push_back(std::move(object));
        rows.push_back(std::move(row));
    }
    std::cout << before;
    if (json) {
        std::cout << dumped(all) << '\n';
    } else if (rows.empty()) {
        std::cout << "(none)\n";
    } else {
        print_table(columns, rows);
    }
}

}  // namespace

std::string instant(std::int64_t milliseconds) {
    const std::time_t seconds = milliseconds / 1000;
    std::tm parts{};
    char buffer[32] = "?";
    if (::gmtime_r(&seconds, &parts) != nullptr)
        std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return buffer;
}

std::string printable(const std::string& text) {
    std::string out = Json::parse(dumped(text)).get<std::string>();
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, '?');
    return out;
}

void print(const Handle<myqsec_list>& list, bool json, const std::function<void()>& at_row) {
    print_behind("", list, json, at_row);
}

void print_answer(const std::string& key, bool answer, const std::string& sentence,
                  const Handle<myqsec_list>& why, bool json) {
    print_behind(json ? "{\"" + key + "\":" + (answer ? "true" : "false") + ",\"why\":" : sentence + "\n",
                 why, json, {});
    if (json) std::cout << "}\n";
}

Outputs::~Outputs() {
    if (!json_) return;
    Json all = Json::array();
    for (const Output& output : outputs_)
        all.push_back({{"job", output.job}, {"output", output.path}});
    std::cout << dumped(all) << '\n';
}

void Outputs::add(std::int64_t job, const std::string& path) {
    if (json_) {
        outputs_.push_back({job, path});
    } else {
        std::cout << "Released job " << job << " to '" << path << "'.\n";
    }
}

void print_result(const std::string& key, std::int64_t value, const std::string& sentence, bool json) {
    std::cout << (json ? dumped({{key, value}}) : sentence) << '\n';
}

void print_result(const std::string& key, const std::string& value, const std::string& sentence, bool json) {
    std::cout << (json ? dumped({{key, value}}) : sentence) << '\n';
}

void print_secrets(const std::vector<ShownSecret>& secrets, bool json) {
    std::string before = json ? "{" : "";
    for (const auto& shown : secrets) {
        before += json ? "\"" + shown.key + "\":\"" : shown.before;
        std::cout << before << std::flush;
        if (!std::cout || !write_all(1, shown.secret, std::strlen(shown.secret)))
            fail(errno, "cannot write to standard output");
        before = json ? "\"," : "\n";
    }
    const std::string behind = json ? "\"}\n" : "\n";
    if (!write_all(1, behind.data(), behind.size())) fail(errno, "cannot write to standard output");
}

void print_secret(const std::string& key, const char* secret, const std::string& before, bool json) {
    print_secrets({{key, before, secret}}, json);
}

}  // namespace cli
