// SPDX-License-Identifier: Apache-2.0
// Alias files and .forward files are written by users; the answer of the child that reads them is a user's word, too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "routers/redirect_work.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    (void)decode(bytes);

    RedirectRules rules;
    rules.allow_fail = rules.allow_defer = size % 2 != 0;
    rules.skip_errors = size % 3 != 0;
    rules.qualify_domain = "q.example";
    rules.incoming_domain = tainted_text("in.example");
    RedirectAnswer answer;
    answer.kind = RedirectAnswer::Kind::list;
    // Included files hold the data itself: recursion must end.
    answer.list =
        parse_redirect_data(Text(bytes), rules, [&](const std::string&) { return Included(bytes.substr(0, 200)); });
    for (const RedirectItem& item : answer.list.items)
        if (item.text.empty()) std::abort();
    const auto back = decode(encode(answer));
    if (!back || !(*back == answer)) std::abort();
    return 0;
}
