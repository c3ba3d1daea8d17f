// The C ABI's status codes as exceptions, and its handles as RAII, for this program.
#pragma once

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include <myqsec/myqsec.h>

#include "wording.hpp"

namespace cli {

/// A call of the library that failed.
struct Failure : std::runtime_error {
    Failure(myqsec_status code, const std::string& sentence) : std::runtime_error(sentence), status(code) {}
    myqsec_status status;
};

inline void check(myqsec_status status) {
    if (status != MYQSEC_OK) throw Failure(status, in_own_words(myqsec_last_error()));
}

/// A call of the system that failed, under the status that the library would give it.
[[noreturn]] inline void fail(int number, const std::string& what) {
    myqsec_status status = MYQSEC_ERR_IO;
    if (number == ENOENT || number == ENOTDIR) status = MYQSEC_ERR_NOT_FOUND;
    if (number == EACCES || number == EPERM || number == EROFS) status = MYQSEC_ERR_FILE_ACCESS;
    if (number == ENOSPC || number == EDQUOT) status = MYQSEC_ERR_NO_SPACE;
    if (number == EBADF) status = MYQSEC_ERR_INVALID_ARGUMENT;
    if (number == EEXIST) status = MYQSEC_ERR_EXISTS;
    throw Failure(status, what + ": " + std::strerror(number));
}

struct Free {
    void operator()(myqsec_list* list) const { myqsec_list_free(list); }
    void operator()(myqsec_session* session) const { myqsec_session_free(session); }
    void operator()(myqsec_job_writer* writer) const { myqsec_job_writer_free(writer); }
    void operator()(myqsec_engine* engine) const { (void)myqsec_close(engine); }
};
template <typename T>
using Handle = std::unique_ptr<T, Free>;

/// Calls `function(arguments…, &out)` and owns what comes out.
template <typename Out, typename Function, typename... Arguments>
Handle<Out> get(Function function, Arguments... arguments) {
    Out* out = nullptr;
    check(function(arguments..., &out));
    return Handle<Out>(out);
}

inline std::int64_t integer(const Handle<myqsec_list>& list, const char* column) {
    std::int64_t value = 0;
    check(myqsec_list_integer(list.get(), column, &value));
    return value;
}

inline std::string text(const Handle<myqsec_list>& list, const char* column) {
    const char* value = "";
    check(myqsec_list_text(list.get(), column, &value));
    return value;
}

/// The next row; false behind the last.
inline bool next(const Handle<myqsec_list>& list) {
    const myqsec_status status = myqsec_list_next(list.get());
    if (status == MYQSEC_END) return false;
    check(status);
    return true;
}

/// Options are -1 where they are not given, and 0 where the library takes -1 for it.
inline std::int64_t amount(std::int64_t option) {
    return option == -1 ? 0 : option == 0 ? -1 : option;
}
inline std::int32_t choice(int option) {
    return option == -1 ? MYQSEC_UNCHANGED : option == 0 ? MYQSEC_NO : MYQSEC_YES;
}

inline const char* or_null(const std::string& value) {
    return value.empty() ? nullptr : value.c_str();
}

}  // namespace cli
