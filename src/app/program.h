// SPDX-License-Identifier: Apache-2.0
// app/program.h – from argv to an exit code.
#pragma once

namespace postern {

[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace postern
