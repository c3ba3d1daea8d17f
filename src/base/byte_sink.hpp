// The pipeline everything flows through: bytes move one way, each stage owns or refers to the next.
#pragma once

#include "base/bytes.hpp"

namespace myqsec {

/// A stage holds bounded memory whatever the stream's size. Splits of the input never change the output.
class ByteSink {
 public:
    virtual ~ByteSink() = default;

    /// Throws to abort the whole pipeline; after that neither write nor finish may be called again.
    virtual void write(ByteView bytes) = 0;

    /// Called once, after the last write; only then is the stream complete.
    virtual void finish() = 0;
};

}  // namespace myqsec
