# SPDX-License-Identifier: Apache-2.0
# The build vocabulary of the src/*/CMakeLists.txt files. tools/check_layers.py reads the same declarations.
include_guard()

set(POSTERN_TEST_TIMEOUT 600)   # seconds, for one test case: only what hangs is stopped, on a machine under any load

# postern_library(NAME USES folder... [LINKS target...])
# All *.cc of the folder make the static library postern_NAME (an INTERFACE library while there are none, or
# headers only); all *_test.cc make one test program NAME_test. USES is the whole truth about its includes.
function(postern_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LINKS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "postern_library(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
    endif()
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
    set(tests ${sources})
    list(FILTER tests INCLUDE REGEX "_test\\.cc$")
    list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")

    if(sources)
        add_library(postern_${name} STATIC ${sources})
        set(scope PUBLIC)
        if(TARGET postern_pch)
            target_precompile_headers(postern_${name} REUSE_FROM postern_pch)
        endif()
    else()
        add_library(postern_${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(postern_${name} ${scope} "${PROJECT_SOURCE_DIR}/src" "${PROJECT_BINARY_DIR}/generated")
    target_link_libraries(postern_${name} ${scope} postern_fmt tl::expected ${arg_LINKS})
    foreach(used IN LISTS arg_USES)
        target_link_libraries(postern_${name} ${scope} postern_${used})
    endforeach()

    if(POSTERN_TESTS AND tests)
        postern_test(${name}_test SOURCES ${tests} LINKS postern_${name})
    endif()
endfunction()

# postern_test(NAME SOURCES file... [LINKS target...]): a GoogleTest program, each of its cases known to ctest.
function(postern_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
    if(NOT POSTERN_TESTS)
        return()
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LINKS} postern_test_support GTest::gmock GTest::gtest_main)
    if(TARGET postern_test_pch)
        target_precompile_headers(${name} REUSE_FROM postern_test_pch)
    endif()
    gtest_discover_tests(${name}
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        PROPERTIES TIMEOUT ${POSTERN_TEST_TIMEOUT})
endfunction()

# The optimised build takes its standard headers precompiled, which saves a third of its time. The others do not, so that
# a file that forgets to include what it uses does not get far.
if(POSTERN_HARDEN AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    file(WRITE "${PROJECT_BINARY_DIR}/generated/pch.cc" "")
    add_library(postern_pch STATIC EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/generated/pch.cc")
    target_link_libraries(postern_pch PRIVATE tl::expected)
    target_precompile_headers(postern_pch PRIVATE
        <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
        <tl/expected.hpp> <vector>)
endif()

# One precompiled <gtest>/<gmock> for all test programs (g++ only: it is where the unit tests are built daily).
if(POSTERN_TESTS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT POSTERN_COVERAGE)
    file(WRITE "${PROJECT_BINARY_DIR}/generated/test_pch.cc" "int main() { return 0; }\n")
    add_executable(postern_test_pch EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/generated/test_pch.cc")
    target_link_libraries(postern_test_pch PRIVATE postern_fmt tl::expected GTest::gmock)
    target_precompile_headers(postern_test_pch PRIVATE
        <gmock/gmock.h> <gtest/gtest.h> <fmt/format.h> <tl/expected.hpp>
        <map> <memory> <optional> <string> <string_view> <vector>)
endif()

# postern_transport(NAME), postern_router(NAME): a driver of src/transports or src/routers. NAME.cc and NAME_test.cc
# must be there; NAME joins <build>/generated/<folder>/all.inc, which all.cc of the folder includes.
function(postern_transport name)
    _postern_driver(transports POSTERN_TRANSPORT ${name})
endfunction()

function(postern_router name)
    _postern_driver(routers POSTERN_ROUTER ${name})
endfunction()

function(_postern_driver folder macro name)
    foreach(file IN ITEMS ${name}.cc ${name}_test.cc)
        if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
            message(FATAL_ERROR "driver '${name}': src/${folder}/${file} is missing (every driver has both "
                                "${name}.cc and ${name}_test.cc)")
        endif()
    endforeach()
    set_property(GLOBAL APPEND_STRING PROPERTY POSTERN_DRIVERS_${folder} "${macro}(${name})\n")
endfunction()

# postern_driver_list(FOLDER): writes <build>/generated/FOLDER/all.inc. Call it last in the folder's CMakeLists.txt.
function(postern_driver_list folder)
    get_property(rows GLOBAL PROPERTY POSTERN_DRIVERS_${folder})
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/${folder}/all.inc"
         CONTENT "// Generated from src/${folder}/CMakeLists.txt.\n${rows}" @ONLY)
endfunction()
