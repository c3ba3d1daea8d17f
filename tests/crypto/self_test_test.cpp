#include "crypto/self_test/self_test.hpp"

#include <doctest/doctest.h>

using namespace myqsec;

TEST_CASE("every primitive gives its known answer") {
    CHECK_NOTHROW(crypto::self_test_without_public_keys());
    CHECK_NOTHROW(crypto::self_test());
    CHECK_NOTHROW(crypto::self_test());
}
