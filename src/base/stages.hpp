// What bytes flow through one way: each stage is a ByteSink that writes to the next.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace myqsec {

/// A pipeline, put together in one place from its end to its beginning.
class Stages {
 public:
    /// `last` outlives it.
    explicit Stages(ByteSink& last) : first_(&last) {}

    /// Puts a stage before all there are: made of `arguments` and, last, the ByteSink& that comes after it.
    template <class Stage, class... Arguments>
    Stage& put_first(Arguments&&... arguments) {
        auto stage = std::make_unique<Stage>(std::forward<Arguments>(arguments)..., *first_);
        auto& put = *stage;
        owned_.push_back(std::move(stage));
        first_ = &put;
        return put;
    }
    /// Where what flows through all of them is written.
    [[nodiscard]] ByteSink& first() { return *first_; }

 private:
    ByteSink* first_;
    std::vector<std::unique_ptr<ByteSink>> owned_;  // the last of them first
};

}  // namespace myqsec
