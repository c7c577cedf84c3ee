// SPDX-License-Identifier: Apache-2.0
// transports/pipe_options.h – the private options of pipe, one member an option (spec pipe.md §1). docs/options/pipe.md
// says what they mean; init() in pipe.cc fills in the defaults that depend on others.
#pragma once

#include "config/values.h"

namespace postern {

struct PipeOptions {
    PlainString after_crash{"rerun", true};
    Expandable allow_commands;
    Expandable batch_id;
    Integer batch_max{1};
    PlainString check_string;
    Expandable command;
    bool confine = false;
    Interval confine_cpu_time{60};
    SizeInteger confine_file_size{64 << 20}, confine_memory{512 << 20};
    Integer confine_open_files{64}, confine_processes{32};
    Expandable confine_read{"/usr:/bin:/sbin:/lib:/lib32:/lib64:/etc", true, {}};
    Expandable confine_write;
    bool deliver_as_creator = false;  // pipe_as_creator
    Expandable environment;
    PlainString escape_string;
    bool force_command = false;
    bool freeze_exec_fail = false, freeze_signal = false;
    bool ignore_status = false;
    bool log_defer_output = false, log_fail_output = false, log_output = false;
    SizeInteger max_output{20480};
    Expandable message_prefix, message_suffix;
    Expandable path{"/bin:/usr/bin", true, {}};
    bool permit_coredump = false;
    bool restrict_to_path = false;
    bool return_fail_output = false, return_output = false;
    PlainString temp_errors{"75:73", true};
    Interval timeout{3600};
    bool timeout_defer = false;
    Octal umask{022};
    bool use_bsmtp = false, use_crlf = false, use_shell = false;
};

}  // namespace postern
