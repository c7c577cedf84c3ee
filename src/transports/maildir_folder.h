// SPDX-License-Identifier: Apache-2.0
// transports/maildir_folder.h – maildirfolder_create_regex: is this path a Maildir folder, which has to be marked as
// one?
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace postern {

// The error is Exim's complete text.
[[nodiscard]] tl::expected<bool, std::string> is_maildir_folder(const std::string& regex, std::string_view path);

}  // namespace postern
