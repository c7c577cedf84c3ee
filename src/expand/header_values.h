// SPDX-License-Identifier: Apache-2.0
// expand/header_values.h – $h_name: and the variables made of header lines (spec expansion.md §6).
#pragma once

#include <string>
#include <string_view>

#include "config/main_options.h"
#include "expand/template.h"
#include "mail/header_list.h"

namespace postern {

[[nodiscard]] bool has_header(const HeaderList& headers, std::string_view name);
[[nodiscard]] std::string header_text(const HeaderList& headers, std::string_view name, HeaderForm form,
                                      const MainOptions& main);
[[nodiscard]] std::string all_headers(const HeaderList& headers, bool raw, const MainOptions& main);
[[nodiscard]] std::string reply_address(const HeaderList& headers);

}  // namespace postern
