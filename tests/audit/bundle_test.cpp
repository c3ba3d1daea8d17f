#include <doctest/doctest.h>

#include "audit/log_fixture.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

void check_valid(const Verdict& verdict) {
    CHECK_MESSAGE(verdict.valid, "event ", verdict.wrong_event, ": ", verdict.reason);
    CHECK(verdict.wrong_event == 0);
    CHECK(verdict.proven == verdict.size);
}

}  // namespace

TEST_CASE("a bundle of any size verifies with the first key alone") {
    test::LogFixture f;
    for (const int more : {1, 1, 100, 153, 1, 2, 600}) {
        f.record(more);
        const auto verdict = f.verify(f.bundle());
        check_valid(verdict);
        CHECK(verdict.first == 1);
        CHECK(verdict.size == f.audit().head(test::auditor).size);
        CHECK(verdict.root == f.audit().head(test::auditor).root);
        CHECK(verdict.epoch == 1);
    }
}
