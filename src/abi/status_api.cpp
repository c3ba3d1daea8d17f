// myqsec/status.h: codes, their names, the last error, version, self-test.
#include "abi/machinery/call.hpp"
#include "base/error.hpp"
#include "crypto/self_test/self_test.hpp"
#include "myqsec/status.h"

// The header repeats the registry for C; both must agree.
#define MYQSEC_STATUS(name, number, meaning) static_assert(MYQSEC_##name == (number));
#include "base/status.def"
#undef MYQSEC_STATUS

#define MYQSEC_TEXT_OF(number) #number
#define MYQSEC_DOTTED(major, minor, patch) \
    MYQSEC_TEXT_OF(major) "." MYQSEC_TEXT_OF(minor) "." MYQSEC_TEXT_OF(patch)

// All of these return string literals, which end with NUL.
const char* myqsec_status_name(myqsec_status status) {
    return myqsec::status_name(static_cast<myqsec::Status>(status)).data();
}

const char* myqsec_status_meaning(myqsec_status status) {
    return myqsec::status_meaning(static_cast<myqsec::Status>(status)).data();
}

const char* myqsec_version(void) {
    return MYQSEC_DOTTED(MYQSEC_VERSION_MAJOR, MYQSEC_VERSION_MINOR, MYQSEC_VERSION_PATCH);
}

const char* myqsec_last_error(void) {
    return myqsec::abi::last_error();
}

myqsec_status myqsec_self_test(void) {
    return myqsec::abi::guard([] { myqsec::crypto::self_test(); });
}
