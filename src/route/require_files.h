// SPDX-License-Identifier: Apache-2.0
// route/require_files.h – the require_files precondition (spec routing.md §3.4): files that must, or must not, be
// there, as seen by a user. Looks only; root's view is checked again in a child that runs as the user where it could be
// wrong.
#pragma once

#include "driver/router.h"

namespace postern {

struct FileVerdict {
    enum class Kind : std::uint8_t { open, skip, defer } kind = Kind::open;
    std::string text;  // skip: which file decided; defer: the reason
};
[[nodiscard]] FileVerdict check_required_files(std::string_view list, RouteContext& context);

}  // namespace postern
