# SPDX-License-Identifier: Apache-2.0
# Toolchain file of the fuzz preset: the newest clang that is here.
find_program(POSTERN_CLANGXX NAMES clang++-19 clang++-16 clang++ REQUIRED)
set(CMAKE_CXX_COMPILER "${POSTERN_CLANGXX}")
