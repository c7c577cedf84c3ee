// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cstring>

namespace postern {

std::string errno_text(int code) {
    if (const char* text = strerrordesc_np(code)) return text;
    return "Unknown error " + std::to_string(code);
}

std::string Error::to_string() const {
    std::string out = call;
    if (!object.empty()) {
        if (!out.empty()) out += ' ';
        out += object;
    }
    const auto append = [&out](std::string_view part) {
        if (!out.empty()) out += ": ";
        out += part;
    };
    if (!text.empty()) append(text);
    if (code != 0) append(errno_text(code));
    return out;
}

}  // namespace postern
