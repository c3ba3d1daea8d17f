// Strong identifiers: a UserId is never a JobId.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace myqsec {

/// 0 names nothing; stored ids start at 1. Job ids fit IPP's job-id (RFC 8011 §5.3.2): 1 … 2^31−1.
template <typename Tag>
struct Id {
    std::int64_t value = 0;

    constexpr Id() = default;
    constexpr explicit Id(std::int64_t number) : value(number) {}
    constexpr explicit operator bool() const { return value != 0; }
    constexpr auto operator<=>(const Id&) const = default;  // NOLINT(modernize-use-nullptr)
};

using UserId = Id<struct UserTag>;
using GroupId = Id<struct GroupTag>;
using RoleId = Id<struct RoleTag>;
using CardId = Id<struct CardTag>;
using QueueId = Id<struct QueueTag>;
using JobId = Id<struct JobTag>;
using ReleaseId = Id<struct ReleaseTag>;
using DelegationId = Id<struct DelegationTag>;
using DeviceId = Id<struct DeviceTag>;
using CertificateId = Id<struct CertificateTag>;
using SessionId = Id<struct SessionTag>;
using LeafId = Id<struct LeafTag>;  ///< a job key or person key

/// As a JSON array, in which statements take any number of them.
template <typename Tag>
[[nodiscard]] std::string json_of(const std::vector<Id<Tag>>& ids) {
    std::string out = "[";
    for (const auto id : ids)
        out.append(out.size() > 1 ? "," : "").append(std::to_string(id.value));
    return out + "]";
}

}  // namespace myqsec
