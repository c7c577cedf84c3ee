// SPDX-License-Identifier: Apache-2.0
// deliver/child_report.h – the reports of a delivery child on their way through a pipe: one after the other, each with
// its length in front.
#pragma once

#include <chrono>
#include <string>

#include "driver/outcome.h"
#include "sys/os.h"

namespace postern {

[[nodiscard]] Status send_report(Os& os, int fd, const DeliveryReport& report);

class ReportReader {
public:
    ReportReader(Os& os, int fd) : os_(os), fd_(fd) {}

    struct Next {
        std::string bytes;      // as encoded
        bool complete = false;  // else it is torn: the child is gone, or has said what no report is like
    };
    [[nodiscard]] Next next();
    // Whether next() has something to begin with, or learns that nothing comes, within `at_most`.
    [[nodiscard]] bool ready(std::chrono::milliseconds at_most);

private:
    [[nodiscard]] bool fill(std::size_t count);

    Os& os_;
    int fd_;
    std::string unread_;
};

}  // namespace postern
