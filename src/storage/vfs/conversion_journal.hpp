// What makes a step of a conversion whole: the step's pages in their new form, durable before they replace
// the old ones.
#pragma once

#include <optional>

#include "base/folder.hpp"
#include "storage/pages/page_state.hpp"

namespace myqsec::storage {

/// One step: pages first … first + count − 1, sealed in the form `to`. A page that was never written is all
/// zero.
struct ConversionStep {
    std::uint64_t generation = 0;  ///< of the empty log at the time; another one means that the step is over
    std::uint32_t first = 0;
    crypto::PageSum sum{};  ///< over the database file's pages after the step
    Bytes pages;

    [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(pages.size() / page_size); }
    [[nodiscard]] std::uint32_t last() const { return first + count() - 1; }
    [[nodiscard]] Page page(std::uint32_t number) {
        return ByteSpan(pages).subspan(std::size_t{number - first} * page_size).first<page_size>();
    }
    [[nodiscard]] static bool is_hole(Page page) { return mark_of(page) == 0; }
};

class ConversionJournal {
 public:
    ConversionJournal(Folder& folder, std::string_view database)
        : folder_(folder), name_(file_name(database)) {}

    [[nodiscard]] static std::string file_name(std::string_view database) {
        return std::string(database) + "-convert";
    }

    /// Durable when it returns.
    void write(const PageState& state, const ConversionStep& step);
    /// The step that was under way in that generation, if it was written wholly. Each of its pages is
    /// authentic.
    [[nodiscard]] std::optional<ConversionStep> read(const PageState& state, std::uint64_t generation);
    void remove();

 private:
    Folder& folder_;
    std::string name_;
};

}  // namespace myqsec::storage
