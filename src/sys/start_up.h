// SPDX-License-Identifier: Apache-2.0
// sys/start_up.h – what a process of ours settles with its surroundings, once.
#pragma once

namespace postern {

// Descriptors 0–2 exist in every process of ours, so that no file opened later can be taken for stdout or stderr.
void open_standard_descriptors();

// For a child that goes on after its caller was answered: a session of its own, and /dev/null as descriptors 0–2, so
// that nobody waits for the end of a pipe that it holds.
void detach_from_caller();

}  // namespace postern
