#include "spool/job.hpp"

#include <utility>

#include "base/error.hpp"

namespace myqsec::spool {

namespace {

constexpr std::pair<JobState, std::string_view> states[] = {
    {JobState::pending_held, "pending-held"}, {JobState::processing, "processing"},
    {JobState::canceled, "canceled"},         {JobState::aborted, "aborted"},
    {JobState::completed, "completed"},
};

}  // namespace

std::string_view job_state_name(JobState state) {
    for (const auto& [known, name] : states) {
        if (known == state) return name;
    }
    fail(Status::ERR_CORRUPT, "a job's row has a state that this version does not know");
}

JobState parse_job_state(std::string_view keyword) {
    for (const auto& [state, name] : states) {
        if (name == keyword) return state;
    }
    fail(Status::ERR_INVALID_ARGUMENT,
         "a job state is one of pending-held, processing, completed, canceled, aborted");
}

}  // namespace myqsec::spool
