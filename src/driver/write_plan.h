// SPDX-License-Identifier: Apache-2.0
// driver/write_plan.h – from options and message to a WritePlan: evaluates headers_remove, headers_rewrite, headers_add
// and the *_add lines in Exim's order (spec message-writer.md §2–§4, §11). Escape strings, CRLF and end dot are the
// transport's and are filled in by it.
#pragma once

#include <string>
#include <vector>

#include "driver/transport.h"

namespace postern {

struct WritePlanFailure {
    std::string why;  // expander's message: ERRNO_CHHEADER_FAIL, code::kHeaderFail
};
struct HeaderChanges {                 // for `postern explain`
    std::vector<std::string> added;    // lines that the message did not have, in output order
    std::vector<std::string> removed;  // names of the lines that are left out
};
[[nodiscard]] tl::expected<WritePlan, WritePlanFailure> make_write_plan(DeliveryContext& context,
                                                                        HeaderChanges* changes = nullptr);

// "Envelope-to:" list of the batch (§4): topmost ancestors, duplicates first, each once; without name and newline.
[[nodiscard]] std::string envelope_to_list(const DeliveryContext& context);

}  // namespace postern
