// Which pages of a database file have which form: all the same, or, while it is converted, two.
#pragma once

#include "storage/pages/page_format.hpp"

namespace myqsec::storage {

/// Pages 1 … done have the form `to`, later ones `from`; the log always has `to`. Not converting: both are
/// the same.
struct PageForms {
    PageForm to;
    PageForm from;
    std::uint32_t done = 0;

    [[nodiscard]] bool converting() const { return to != from; }
    [[nodiscard]] const PageForm& of(std::uint32_t page) const { return page <= done ? to : from; }
    bool operator==(const PageForms&) const = default;
};

/// What a header slot of the log says of the database file at the beginning of its generation.
struct BaseState {
    crypto::PageSum sum{};    ///< over the file's pages
    std::uint32_t pages = 0;  ///< how many there are
    PageForms forms;
    std::uint64_t counter = 0;  ///< the outside counter's value that this state asks for
    bool operator==(const BaseState&) const = default;
};

}  // namespace myqsec::storage
