// SPDX-License-Identifier: Apache-2.0
// Intent files are written by delivery children as their recipients, and read by root: any bytes must do.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mailbox/mbox_intent.h"
#include "mailbox/publication.h"
#include "spool/intents.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    std::string again;
    for (const auto& record : postern::parse_intents(bytes)) again += postern::format_intent(record);
    if (postern::parse_intents(again) != postern::parse_intents(bytes)) std::abort();

    const std::string text = bytes.substr(0, bytes.find('\n'));
    for (const auto& intent : postern::earlier_mbox_intents({{text, true}}, "/box"))
        if (postern::mbox_intent_text(intent) != text) std::abort();
    for (const auto& found : postern::earlier_publications({{text, true}}, "maildir", "/box"))
        if (postern::publication_text("maildir", found) != text) std::abort();
    return 0;
}
