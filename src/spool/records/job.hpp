// What a job is. States and reasons are IPP's (RFC 8011 §5.3.7, §5.3.8; PWG 5100.11).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "crypto/container/container.hpp"
#include "spool/records/job_attributes.hpp"
#include "storage/blob_store.hpp"

namespace myqsec::spool {

/// The numbers are IPP's.
enum class JobState : std::uint8_t {
    pending_held = 4,
    processing = 5,
    canceled = 7,
    aborted = 8,
    completed = 9,
};
[[nodiscard]] std::string_view job_state_name(JobState state);  ///< the IPP keyword

/// Keywords of job-state-reasons.
namespace reason {
inline constexpr std::string_view held = "job-hold-until-specified";
inline constexpr std::string_view printing = "job-printing";
inline constexpr std::string_view completed = "job-completed-successfully";
inline constexpr std::string_view canceled_by_user = "job-canceled-by-user";
inline constexpr std::string_view canceled_by_operator = "job-canceled-by-operator";
inline constexpr std::string_view document_lost = "aborted-by-system document-access-error";
inline constexpr std::string_view held_damaged = "job-hold-until-specified document-access-error";
/// A crash interrupted the output: paper may lie in the tray.
inline constexpr std::string_view held_possibly_printed = "job-hold-until-specified possibly-printed";
}  // namespace reason

/// What a job says of itself when it is submitted. All text is UTF-8.
struct JobFields {
    QueueId queue;
    UserId owner;      ///< 0: the principal's user
    std::string name;  ///< IPP job-name, cleaned and cut to 1,023 bytes; sealed under the owner's key
    std::string document_format = "application/octet-stream";
    std::string host_name;     ///< IPP job-originating-host-name, cleaned and cut to 255 bytes; likewise
    JobAttributes attributes;  ///< sealed likewise
};

/// As a principal who may see it reads it.
struct Job {
    JobId id;
    crypto::ContainerId uuid{};
    QueueId queue;
    std::string queue_name;
    UserId owner;
    std::string owner_name;  ///< empty, as the next three, once the person key is destroyed
    std::string name;
    std::string host_name;
    std::string attributes;  ///< as attribute_lines() has them
    std::string document_format;
    std::uint64_t size = 0;  ///< of the document in bytes
    JobState state = JobState::pending_held;
    std::string reasons;  ///< keywords separated by spaces
    Instant submitted;
    std::optional<Instant> printed;  ///< the last release
    Instant expires;
    std::int64_t releases = 0;
};

/// A set of states: bit n is the state with the number n.
using JobStates = std::uint32_t;
inline constexpr JobStates any_state = ~JobStates{0};
[[nodiscard]] constexpr JobStates only(JobState state) {
    return JobStates{1} << static_cast<unsigned>(state);
}
/// Keywords separated by spaces. Throws ERR_INVALID_ARGUMENT for anything but those of the list above.
[[nodiscard]] JobStates parse_job_states(std::string_view keywords);

/// Which jobs to list; what is absent means any.
struct JobFilter {
    UserId owner;
    QueueId queue;
    JobStates states = any_state;
};

}  // namespace myqsec::spool
