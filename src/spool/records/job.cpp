#include "spool/records/job.hpp"

#include <algorithm>
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

JobStates parse_job_states(std::string_view keywords) {
    JobStates out = 0;
    while (!keywords.empty()) {
        const auto keyword = keywords.substr(0, keywords.find(' '));
        keywords.remove_prefix(std::min(keyword.size() + 1, keywords.size()));
        const auto found = std::find_if(std::begin(states), std::end(states),
                                        [&](const auto& each) { return each.second == keyword; });
        if (found == std::end(states)) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "a job's state is one of pending-held, processing, completed, canceled, aborted");
        }
        out |= only(found->first);
    }
    return out;
}

}  // namespace myqsec::spool
