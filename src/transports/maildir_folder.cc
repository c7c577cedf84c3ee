// SPDX-License-Identifier: Apache-2.0
#include "transports/maildir_folder.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>

#include "wording/appendfile.h"

namespace postern {

tl::expected<bool, std::string> is_maildir_folder(const std::string& regex, std::string_view path) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(regex.data()), regex.size(), 0, &error, &offset, nullptr),
        &pcre2_code_free);
    if (!code) {
        PCRE2_UCHAR why[256] = "";
        pcre2_get_error_message(error, why, sizeof why);
        return tl::unexpected(wording::maildir_regex_error(reinterpret_cast<const char*>(why), offset, regex));
    }
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create_from_pattern(code.get(), nullptr), &pcre2_match_data_free);
    return pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(path.data()), path.size(), 0, 0, match.get(),
                       nullptr) >= 0;
}

}  // namespace postern
