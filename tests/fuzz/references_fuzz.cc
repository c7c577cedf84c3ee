// SPDX-License-Identifier: Apache-2.0
// Header lines of a stranger: what is taken from them is message ids, in one header field, whatever they say; and
// values for our own fields are fields.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mail/automatic.h"
#include "mail/header_text.h"
#include "mail/references.h"

namespace {

void require(bool good) {
    if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    using postern::HeaderType;
    const postern::HeaderList headers{{HeaderType::message_id, "Message-ID:" + text + "\n"},
                                      {HeaderType::other, "References:" + text + "\n"},
                                      {HeaderType::other, "Auto-Submitted:" + text + "\n"},
                                      {HeaderType::to, "To:" + text + "\n"}};
    for (const std::string& id : postern::reference_ids(text)) {
        require(id.size() > 4 && id.front() == '<' && id.back() == '>' && id.find('\n') == std::string::npos);
        require(postern::reference_ids(id) == std::vector<std::string>{id});
    }
    if (const auto id = postern::message_id_of(headers)) require(postern::is_good_header_value(*id, 13));
    const std::string line = postern::references_line(headers);
    require(line.empty() || postern::is_good_header_value(std::string_view(line).substr(0, line.size() - 1), 0));
    if (const auto value = postern::unstructured_header_value(text, 9)) {
        require(value->empty() || postern::is_good_header_value(*value, 9));
    }
    const std::string addresses = postern::address_header_value(text, 4);
    require(addresses.empty() || postern::is_good_header_value(addresses, 4));
    const std::string lines = postern::header_lines_of(text);
    require(lines.find("\n\n") == std::string::npos && postern::header_lines_of(lines) == lines);
    (void)postern::automatic_mail(text, headers);
    (void)postern::is_addressed_to([](std::string_view address) { return address == "a@b"; }, headers);
    return 0;
}
