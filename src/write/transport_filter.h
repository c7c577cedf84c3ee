// SPDX-License-Identifier: Apache-2.0
// write/transport_filter.h – transport_filter: the message as planned goes through a command, whose output is what is
// delivered (spec message-writer.md §10).
//
// The filter runs to its end before anything is delivered: its output waits in a file without a name, and becomes the
// body of a second plan. So a filter that fails has no effect, and sizes are known as without one. Line ends and
// escaping, and what is around the message, belong to that second plan: the filter sees LF and no escapes.
#pragma once

#include <string>
#include <vector>

#include "sys/clock.h"
#include "sys/process.h"
#include "write/message_writer.h"

namespace postern {

struct FilterSettings {
    std::vector<std::string> argv, environment;  // argv is not empty
    Seconds timeout{300};                        // how long the filter may say nothing and take nothing; 0: for ever
    std::string directory = "/tmp";              // of the file without a name
};

struct Filtered {
    WritePlan plan;
    UniqueFd file;
    [[nodiscard]] BodySource body() const { return {file.get(), 0, false}; }
};

struct FilterFailure {
    enum class Kind : std::uint8_t {
        ended_badly,      // status: exit code, or minus a signal
        timed_out,        // it, or its end
        stopped_reading,  // it ended with success, but would not have the whole message (EPIPE in Exim)
        error,            // could not be started, or its output not be kept: see error
    };
    Kind kind = Kind::error;
    int status = 0;
    Error error;
};

[[nodiscard]] tl::expected<Filtered, FilterFailure> filter_message(Os& os, Clock& clock, ProcessRunner& processes,
                                                                   const FilterSettings& settings, WritePlan plan,
                                                                   const BodySource& body);

}  // namespace postern
