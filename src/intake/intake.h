// SPDX-License-Identifier: Apache-2.0
// intake/intake.h – takes a message from a local program: envelope from the command line or the headers, text from a
// descriptor or from memory, and spools it durably (spec queue-retry-bounce.md §3–§5, configuration.md §11.2; every
// detail tried on exim4 4.96). One object takes one message after the other. Blocks while it reads.
//
// The body streams into -D; headers are in memory, bounded by header_maxsize. If accept() fails nothing is left in the
// spool and the caller must tell its own caller: nobody else will.
#pragma once

#include <string>

#include "config/main_options.h"
#include "expand/expander.h"
#include "intake/byte_source.h"
#include "intake/submission.h"
#include "log/log.h"
#include "log/selector.h"
#include "rewrite/rewrite.h"
#include "spool/spool.h"
#include "sys/clock.h"

namespace postern {

class Intake {
public:
    struct Parts {  // all outlive the Intake
        Os& os;
        Clock& clock;
        const Configuration& configuration;
        Expander& expander;
        Rewriter& rewriter;
        Spool& spool;
        Log& log;
        const SelectorSet& selectors;
    };
    explicit Intake(Parts parts) : parts_(parts) {}

    // On success the "<=" line and the message log's first line are written and the log's message id is the new one.
    [[nodiscard]] SubmissionResult accept(const SubmissionRequest& request, ByteSource& source);

private:
    Parts parts_;
    std::optional<TimePoint> last_;  // when the message before this one came
};

// "Joe Smith" of a passwd entry: gecos_pattern and gecos_name if both are set, "&" stands for the capitalised login.
[[nodiscard]] std::string full_name_of(Expander& expander, const MainOptions& main, std::string_view gecos,
                                       std::string_view login);

}  // namespace postern
