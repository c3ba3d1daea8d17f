#include "access/vouching.hpp"

#include <algorithm>

#include "access/identity/lockout.hpp"
#include "access/identity/users_store.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

std::string method_named(std::string_view method) {
    constexpr std::size_t longest = 64;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    if (method.empty() || method.size() > longest || !std::ranges::all_of(method, allowed)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the method of a vouched login must be 1 to {} lowercase letters, digits, '-', '.' and '_'",
             longest);
    }
    return std::string(method);
}

}  // namespace

Principal Vouching::vouch(const Principal& voucher, const VouchedLogin& login) {
    const auto proof =
        authority_.authorise(voucher, Right::session_vouch, {.user = login.user, .queue = {}, .device = {}});
    if (voucher.is(login.user)) fail(Status::ERR_NOT_POSSIBLE, "nobody vouches for oneself; log in again");
    (void)store::get_user(vault_.main(), login.user);
    auto method = method_named(login.method);
    auto issuer = prepared_name("the issuer of a vouched login", login.issuer);
    const auto only = login.rights.value_or(vouched_session_rights());
    // Nobody gives what they lack.
    authority_.require_covers(voucher, only, login.user);
    if (only.has(Right::credential_own)) authority_.require_covers(voucher, login.user);

    std::vector<audit::Change> how{
        {"method", "", std::move(method)}, {"issuer", "", std::move(issuer)}, {"rights", "", only.names()}};
    if (auto tag = Place{{}, std::string(login.source)}.source_tag(vault_); !tag.empty())
        how.push_back({"source", "", std::move(tag)});
    return sessions_.open_vouched_session(proof, login.user, only, std::move(how));
}

}  // namespace myqsec::access
