#include "base/status.hpp"

namespace myqsec {

std::string_view status_name(Status status) noexcept {
    switch (status) {
#define MYQSEC_STATUS(name, number, meaning) \
    case Status::name:                       \
        return "MYQSEC_" #name;
#include "base/status.def"
#undef MYQSEC_STATUS
    }
    return "MYQSEC_ERR_UNKNOWN";
}

std::string_view status_meaning(Status status) noexcept {
    switch (status) {
#define MYQSEC_STATUS(name, number, meaning) \
    case Status::name:                       \
        return meaning;
#include "base/status.def"
#undef MYQSEC_STATUS
    }
    return "a status this version does not know";
}

}  // namespace myqsec
