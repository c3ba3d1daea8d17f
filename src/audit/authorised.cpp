#include "audit/authorised.hpp"

#include "base/error.hpp"

namespace myqsec {

void Authorised::require(std::string_view right) const {
    if (right_ != right) {
        fail(Status::ERR_INTERNAL, "proof of the right {} was offered where {} is needed", right_, right);
    }
}

}  // namespace myqsec
