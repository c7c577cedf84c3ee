// SPDX-License-Identifier: Apache-2.0
// transports/autoreply_options.h – the private options of autoreply, one member an option (spec autoreply.md §1; the
// last group is Postern's own). docs/options/autoreply.md says what they mean.
#pragma once

#include "config/values.h"

namespace postern {

struct AutoreplyOptions {
    Expandable bcc, cc;
    Expandable file;
    bool file_expand = false, file_optional = false;
    Expandable from, headers, log;
    Octal mode{0600};
    Expandable never_mail, once;
    Integer once_file_size;
    Expandable once_repeat, reply_to;
    bool return_message = false;
    Expandable subject, text, to;

    bool loop_protection = true;
    bool mime = true;
    bool personal = false;
    Expandable personal_addresses;
};

}  // namespace postern
