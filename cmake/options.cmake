# SPDX-License-Identifier: Apache-2.0
# Language level, warnings, hardening, sanitizers, linker and compiler cache. The presets set the switches.
include_guard()

option(POSTERN_TESTS "Build the unit tests" ON)
option(POSTERN_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
option(POSTERN_COVERAGE "Instrument for gcov" OFF)
option(POSTERN_HARDEN "Hardening flags and a self-contained binary (release)" OFF)
option(POSTERN_CCACHE "Use ccache when it is installed" ON)
set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Debug)
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1 -fno-omit-frame-pointer")

add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)    # g++ 12 sees it in every std::optional that it optimises
    if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        # g++ 12 finds these in std::string's operator+ once it is inlined (GCC bugs 105329, 105651).
        add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
    endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # The first as with g++, where -Wconversion does not mean it; the second because libstdc++ 12 itself uses in
    # std::stable_sort what it calls deprecated.
    add_compile_options(-Wno-sign-conversion -Wno-deprecated-declarations)
endif()

if(POSTERN_HARDEN)
    add_compile_options(-fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection
                        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
                        -ffunction-sections -fdata-sections)
    add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections
                     -static-libstdc++ -static-libgcc)
else()
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

if(POSTERN_SANITIZE)
    add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${POSTERN_SANITIZE})
endif()
if(POSTERN_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
if(POSTERN_COVERAGE)
    # A forked child that leaves with _exit() writes its counts only when it calls __gcov_dump() first.
    add_compile_options(--coverage -fprofile-update=atomic)
    add_compile_definitions(POSTERN_COVERAGE=1)
    add_link_options(--coverage)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    find_program(POSTERN_MOLD mold)
    mark_as_advanced(POSTERN_MOLD)
    if(POSTERN_MOLD)
        add_link_options(-fuse-ld=mold)
    endif()
else()
    find_program(POSTERN_LLD NAMES ld.lld-19 ld.lld)
    mark_as_advanced(POSTERN_LLD)
    if(POSTERN_LLD)
        add_link_options("-fuse-ld=lld")
    endif()
endif()

# Several build directories (build/<who>) share one cache: paths are made relative, the directory is not hashed.
if(POSTERN_CCACHE)
    find_program(POSTERN_CCACHE_PROGRAM ccache)
    mark_as_advanced(POSTERN_CCACHE_PROGRAM)
    if(POSTERN_CCACHE_PROGRAM)
        set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
            CCACHE_NOHASHDIR=1
            "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
            CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
            "${POSTERN_CCACHE_PROGRAM}")
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            add_compile_options(-fpch-preprocess)    # lets ccache see precompiled headers
        endif()
    endif()
endif()
