#include "base/error.hpp"

#include <cerrno>
#include <new>
#include <system_error>

namespace myqsec {

namespace {

Status status_of(int error_number) {
    switch (error_number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return Status::ERR_NO_SPACE;
        case EACCES:
        case EPERM:
        case EROFS:
            return Status::ERR_FILE_ACCESS;
        case ENOENT:
            return Status::ERR_NOT_FOUND;
        case EEXIST:
            return Status::ERR_EXISTS;
        case ENOMEM:
            return Status::ERR_OUT_OF_MEMORY;
        default:
            return Status::ERR_IO;
    }
}

std::string_view advice(int error_number) {
    if (error_number == EMFILE || error_number == ENFILE)
        return "close some, or raise the limit (RLIMIT_NOFILE)";
    switch (status_of(error_number)) {
        case Status::ERR_NO_SPACE:
            return "free some space and try again";
        case Status::ERR_FILE_ACCESS:
            return "check owner and permissions";
        case Status::ERR_NOT_FOUND:
            return "check the path";
        case Status::ERR_EXISTS:
            return "choose another name or remove it first";
        case Status::ERR_OUT_OF_MEMORY:
            return "free some memory and try again";
        default:
            return "check the disk and the system log";
    }
}

}  // namespace

void fail_errno(int error_number, std::string_view action, std::string_view object) {
    if (error_number == ENOTDIR) {
        fail(Status::ERR_NOT_FOUND,
             "cannot {} '{}': it is no folder, or lies in what is none; check the path", action, object);
    }
    fail(status_of(error_number), "cannot {} '{}': {}; {}", action, object,
         std::error_code(error_number, std::generic_category()).message(), advice(error_number));
}

std::string sentence_of(const std::exception& error) noexcept {
    try {
        return error.what();
    } catch (const std::bad_alloc&) {
        return "out of memory";  // short enough to need none
    }
}

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
