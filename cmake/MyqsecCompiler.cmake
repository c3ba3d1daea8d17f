# Language level, warnings, hardening and sanitizers for everything that is built here.
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# What was compiled before isn't compiled again where ccache is installed. Precompiled headers need its word for it.
find_program(MYQSEC_CCACHE ccache)
if(MYQSEC_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${MYQSEC_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

add_library(myqsec_options INTERFACE)
target_compile_definitions(myqsec_options INTERFACE _FILE_OFFSET_BITS=64 _GNU_SOURCE)
target_compile_options(myqsec_options INTERFACE
    -Wall -Wextra -Wpedantic -Wformat=2 -Wcast-qual -Wundef
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi>
    -fstack-protector-strong -fno-plt)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(myqsec_options INTERFACE -fstack-clash-protection)
endif()

# Compiles the target's files in batches: from scratch that takes a third of the time. What is in unnamed namespaces is then
# seen by a whole batch, so that some warnings would be false; the dev preset compiles file by file, with them.
if(MYQSEC_UNITY_BUILD)
    target_compile_options(myqsec_options INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
else()
    target_compile_options(myqsec_options INTERFACE -Wshadow)
endif()
function(myqsec_batches target)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${MYQSEC_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 8)
endfunction()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(myqsec_options INTERFACE -fcf-protection)
endif()
if(MYQSEC_WERROR)
    target_compile_options(myqsec_options INTERFACE -Werror)
endif()
target_link_options(myqsec_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)

if(MYQSEC_SANITIZE)
    string(REPLACE "," "$<COMMA>" sanitizers "${MYQSEC_SANITIZE}")
    string(REPLACE "," "$<COMMA>" of_tests "${MYQSEC_SANITIZE_TESTS}")
    set(sanitizers $<IF:$<BOOL:$<TARGET_PROPERTY:MYQSEC_TESTS>>,${of_tests},${sanitizers}>)
    target_compile_options(myqsec_options INTERFACE -fsanitize=${sanitizers} -fno-omit-frame-pointer
                           -fno-sanitize-recover=all)
    target_link_options(myqsec_options INTERFACE -fsanitize=${MYQSEC_SANITIZE})
    target_compile_definitions(myqsec_options INTERFACE MYQSEC_SANITIZED)  # GCC and Clang each have names of their own
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_definitions(myqsec_options INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
    target_link_options(myqsec_options INTERFACE -Wl,--as-needed -Wl,--gc-sections)
    target_compile_options(myqsec_options INTERFACE -ffunction-sections -fdata-sections)
endif()
