// SPDX-License-Identifier: Apache-2.0
// lookup/file_checks.h – opening the files of lookups, with Exim's words when one is missing or not what it should be.
#pragma once

#include <string>
#include <string_view>

#include "lookup/lookup.h"
#include "lookup/text_file.h"

namespace postern {

[[nodiscard]] tl::expected<TextFile, LookupFailure> open_for_search(Os& os, const std::string& file,
                                                                    std::string_view type);

}  // namespace postern
