// Known-answer tests of every primitive in use, each run once per process before a key of its kind is
// touched.
#pragma once

namespace myqsec::crypto {

/// Throws ERR_SELF_TEST naming the primitive that failed. Cheap after the first success; thread-safe.
void self_test();

/// The same without public keys, whose tests take most of the time: for work that uses none, as FIPS 140-3
/// allows (Implementation Guidance 10.3.A: a primitive's test may wait for its first use).
void self_test_without_public_keys();

}  // namespace myqsec::crypto
