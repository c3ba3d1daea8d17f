// What a queue is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace myqsec::spool {

/// The numbers are those of the C interface and of the stored rows.
enum class QueueKind : std::uint8_t {
    secure = 1,    ///< held until its owner releases it; kept for reprint
    private_ = 2,  ///< held; deleted and its key destroyed at once after release
    direct = 3,    ///< released by the host without a login
};
[[nodiscard]] std::string_view queue_kind_name(QueueKind kind);  ///< "secure", "private", "direct"

inline constexpr Duration longest_retention = std::chrono::hours(24 * 90);

/// Fields to set; what is absent stays as it is, or takes the default in a new queue.
struct QueueFields {
    std::optional<QueueKind> kind;              ///< new queues only; default secure
    std::optional<std::string> name;            ///< unique; 1 to 127 bytes
    std::optional<Duration> retention_held;     ///< default: setting queue.retention
    std::optional<Duration> retention_printed;  ///< default: setting queue.reprint; private queues: 0
    std::optional<std::uint64_t> max_job_size;  ///< 0: the setting spool.max_job_size
    std::optional<bool> enabled;
    std::optional<bool> restricted;
    std::optional<bool> preview;
    /// These two need key.manage. Jobs that are held already are converted.
    std::optional<bool> encrypted;
    std::optional<std::vector<CertificateId>> certificates;
};

/// More would not fit a container's header if all were as large as a certificate may be.
inline constexpr std::size_t most_certificates = 7;

struct Queue {
    QueueId id;
    QueueKind kind = QueueKind::secure;
    std::string name;
    Duration retention_held{};
    Duration retention_printed{};
    std::uint64_t max_job_size = 0;
    bool enabled = true;
    bool restricted = false;  ///< only users and groups that were allowed may submit
    bool preview = false;     ///< owners may read documents without releasing them
    bool encrypted = true;    ///< the documents of its jobs
    /// Who can open its jobs beside the instance, by ascending id.
    std::vector<CertificateId> certificates;
    std::int64_t protection =
        1;                    ///< one more with each change of the two above; a job has that it was made with
    bool converting = false;  ///< some jobs still have an older one
    std::int64_t jobs = 0;    ///< with a document; kept by the database
};

}  // namespace myqsec::spool
