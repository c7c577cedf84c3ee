# SPDX-License-Identifier: Apache-2.0
# Libraries from Debian packages; nothing is downloaded or vendored.
include_guard()

find_package(PkgConfig REQUIRED)
find_package(fmt 9 CONFIG REQUIRED)                           # fmt::fmt
find_package(tl-expected CONFIG REQUIRED)                     # tl::expected (headers only)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)  # PkgConfig::PCRE2

# Not `python3` from PATH, which may be somebody's private interpreter.
find_program(POSTERN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

if(POSTERN_TESTS)
    find_package(GTest 1.12 CONFIG REQUIRED)                  # GTest::gmock GTest::gtest_main
    include(GoogleTest)
    find_package(OpenSSL 3 REQUIRED)                          # OpenSSL::SSL: servers that tests talk to
endif()

# The released binary starts with as few page faults and relocations as it can: it carries these two inside.
# What folders link is postern_fmt; it is fmt::fmt everywhere else.
add_library(postern_fmt INTERFACE)
if(POSTERN_HARDEN)
    add_library(postern_fmt_archive STATIC "${CMAKE_CURRENT_LIST_DIR}/fmt_archive.cc")
    target_include_directories(postern_fmt_archive SYSTEM PUBLIC
                               $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
    target_link_libraries(postern_fmt INTERFACE postern_fmt_archive)
    find_library(POSTERN_PCRE2_ARCHIVE libpcre2-8.a)
    mark_as_advanced(POSTERN_PCRE2_ARCHIVE)
    if(POSTERN_PCRE2_ARCHIVE)
        set_target_properties(PkgConfig::PCRE2 PROPERTIES INTERFACE_LINK_LIBRARIES "${POSTERN_PCRE2_ARCHIVE}")
    endif()
else()
    target_link_libraries(postern_fmt INTERFACE fmt::fmt)
endif()
