#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#ifdef MYQSEC_SANITIZED
// libtss2 4.1 loses its context when a TPM can't be reached.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:Tss2_TctiLdr_Initialize_Ex";
}
#endif
