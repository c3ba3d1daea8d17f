// Counts doctest's failed checks in this process, so that a forked child can say by its exit status that it
// had some.
#pragma once

#include <doctest/doctest.h>

namespace myqsec::test {

inline int& failed_checks() {
    static int count = 0;
    return count;
}

struct FailedChecks final : doctest::IReporter {
    explicit FailedChecks(const doctest::ContextOptions&) {}
    void log_assert(const doctest::AssertData& data) override {
        if (data.m_failed) ++failed_checks();
    }
    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_start(const doctest::TestCaseData&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_end(const doctest::CurrentTestCaseStats&) override {}
    void test_case_exception(const doctest::TestCaseException&) override { ++failed_checks(); }
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}
};

REGISTER_LISTENER("failed_checks", 1, FailedChecks);

}  // namespace myqsec::test
