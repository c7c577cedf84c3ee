// SPDX-License-Identifier: Apache-2.0
// sys/real_call.h – for the real_*.cc files only: errno into Error.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sys/os.h"

namespace postern::real {

[[nodiscard]] inline Unexpected failed(std::string_view call, std::string_view object) {
    return failure(errno, call, object);
}
[[nodiscard]] inline Unexpected failed(std::string_view call, const std::string& object) {
    return failure(errno, call, object);
}
[[nodiscard]] inline Unexpected failed(std::string_view call, int fd) {
    const int code = errno;
    return failure(code, call, "descriptor " + std::to_string(fd));
}
[[nodiscard]] inline Unexpected failed(std::string_view call, const AtPath& where) {
    return failure(errno, call, where.name);
}

// For calls whose only result is 0 or -1.
template <class Object>
[[nodiscard]] Status checked(long rc, std::string_view call, const Object& object) {
    if (rc < 0) return failed(call, object);
    return {};
}

}  // namespace postern::real
