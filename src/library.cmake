# libmyqsec, shared and static, from the objects of all layers.
set(layer_objects)
foreach(layer IN LISTS MYQSEC_LAYERS)
    list(APPEND layer_objects $<TARGET_OBJECTS:${layer}>)
endforeach()

file(GLOB MYQSEC_PUBLIC_HEADERS CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/myqsec/*.h"
     "${PROJECT_SOURCE_DIR}/include/myqsec/*.hpp")
set(MYQSEC_LIBRARY_DEPENDENCIES fmt::fmt Threads::Threads ${CMAKE_DL_LIBS} PkgConfig::BOTAN PkgConfig::SQLITE
    PkgConfig::UTF8PROC)
set(MYQSEC_STATIC_OPTIONAL)
if(MYQSEC_WITH_TPM)
    list(APPEND MYQSEC_LIBRARY_DEPENDENCIES PkgConfig::TSS2)
    string(APPEND MYQSEC_STATIC_OPTIONAL ";PkgConfig::MYQSEC_TSS2")
endif()
if(MYQSEC_WITH_OPENSSL)
    list(APPEND MYQSEC_LIBRARY_DEPENDENCIES PkgConfig::LIBCRYPTO)
    string(APPEND MYQSEC_STATIC_OPTIONAL ";PkgConfig::MYQSEC_LIBCRYPTO")
endif()
string(REPLACE ";" " " MYQSEC_TPM_REQUIRES "${MYQSEC_TPM_MODULES}")
string(JOIN " " MYQSEC_OPTIONAL_REQUIRES ${MYQSEC_TPM_MODULES} ${MYQSEC_OPENSSL_MODULES})
# The ABI has its own major version, in the file name; the release follows it.
set(MYQSEC_ABI_VERSION 1)

function(myqsec_library target)
    target_include_directories(${target} INTERFACE
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
    target_compile_features(${target} INTERFACE c_std_99)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME myqsec LINKER_LANGUAGE CXX)
endfunction()

add_library(myqsec SHARED ${layer_objects})
myqsec_library(myqsec)
set_target_properties(myqsec PROPERTIES
    VERSION "${MYQSEC_ABI_VERSION}.${PROJECT_VERSION_MINOR}.${PROJECT_VERSION_PATCH}"
    SOVERSION ${MYQSEC_ABI_VERSION}
    LINK_DEPENDS "${MYQSEC_VERSION_SCRIPT}")
target_link_libraries(myqsec PRIVATE myqsec_options ${MYQSEC_LIBRARY_DEPENDENCIES})
target_link_options(myqsec PRIVATE "-Wl,--version-script=${MYQSEC_VERSION_SCRIPT}")
if(NOT MYQSEC_SANITIZE)
    target_link_options(myqsec PRIVATE -Wl,-z,defs)
endif()

add_library(myqsec_static STATIC ${layer_objects})
myqsec_library(myqsec_static)
set_target_properties(myqsec_static PROPERTIES EXPORT_NAME static)
# Who links it statically links its dependencies too: here by target, when installed through myqsec-config.cmake.
target_link_libraries(myqsec_static INTERFACE
    "$<BUILD_INTERFACE:myqsec_options;${MYQSEC_LIBRARY_DEPENDENCIES}>"
    "$<INSTALL_INTERFACE:fmt::fmt;Threads::Threads;PkgConfig::MYQSEC_BOTAN;PkgConfig::MYQSEC_SQLITE;PkgConfig::MYQSEC_UTF8PROC${MYQSEC_STATIC_OPTIONAL};stdc++>")

add_library(myqsec::myqsec ALIAS myqsec)
add_library(myqsec::static ALIAS myqsec_static)

# Installation: headers, both libraries, documentation, a CMake package with the component "static", pkg-config files.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/myqsec")
string(REPLACE ";" " " botan_module "${BOTAN_MODULE_NAME}")

install(TARGETS myqsec EXPORT myqsec-targets LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(TARGETS myqsec_static EXPORT myqsec-static-targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES ${MYQSEC_PUBLIC_HEADERS} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/myqsec")
# The headers name pages of the documentation.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/myqsec" COMPONENT documentation
        FILES_MATCHING PATTERN "*.md")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/myqsec" COMPONENT documentation)
install(EXPORT myqsec-targets NAMESPACE myqsec:: DESTINATION "${package_dir}")
install(EXPORT myqsec-static-targets NAMESPACE myqsec:: DESTINATION "${package_dir}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/myqsec-config.cmake.in"
    "${CMAKE_CURRENT_BINARY_DIR}/myqsec-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/myqsec-config-version.cmake"
    COMPATIBILITY SameMajorVersion)
file(RELATIVE_PATH prefix_from_pc "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")  # so that the installation can be moved
foreach(module myqsec myqsec-static)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/${module}.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/${module}.pc" @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${module}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/myqsec-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/myqsec-config-version.cmake" DESTINATION "${package_dir}")
