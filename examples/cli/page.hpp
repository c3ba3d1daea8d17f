// The options by which a command reads a list in pages.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "instance.hpp"
#include "output.hpp"

namespace cli {

class PageOptions {
 public:
    explicit PageOptions(CLI::App& command) : page_(std::make_shared<myqsec_page>()) {
        *page_ = MYQSEC_PAGE_INIT;
        command.add_option("--limit", page_->limit, "Rows at most; otherwise 1,000")
            ->check(CLI::Range(1U, std::uint32_t{MYQSEC_MOST_ROWS}));
        command.add_option("--after", page_->after, "Only rows behind this one: the next page")
            ->check(whole_number);
        command.add_flag("--newest-first", page_->order, "The newest rows first");
    }
    /// Prints a page of what `list` lists, and says whether there is more, but to no program that has chosen its limit.
    template <class List, class... Arguments>
    void print(const Instance& instance, List list, Arguments... arguments) const {
        const auto rows = get<myqsec_list>(list, arguments..., page_.get());
        cli::print(rows, instance.json);
        std::int64_t more = 0;
        check(myqsec_list_more(rows.get(), &more));
        if (more != 0 && (page_->limit == 0 || !instance.json))
            std::fprintf(stderr, "there is more: --after %lld\n", static_cast<long long>(more));
    }

 private:
    std::shared_ptr<myqsec_page> page_;
};

}  // namespace cli
