// Known-answer tests of every primitive in use, run once per process before the first key is touched.
#pragma once

namespace myqsec::crypto {

/// Throws ERR_SELF_TEST naming the primitive that failed. Cheap after the first success; thread-safe.
void self_test();

}  // namespace myqsec::crypto
