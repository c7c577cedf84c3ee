// SPDX-License-Identifier: Apache-2.0
// base/result.h – a value or the reason why there is none.
//
// Nothing in Postern throws on a delivery path. A function that can fail returns Result<T>; dropping one does not
// compile (-Werror=unused-result). An Error says which call failed on which object, with errno, so that the layer that
// knows the user can choose the words (folder wording/). Error::to_string() is for debugging and `postern check` only:
// texts that scripts parse are never made from it.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace postern {

struct Error {
    int code = 0;        // errno of the failing call, 0 if there was none (then `text` says why)
    std::string call;    // "open", "fsync", "parse"; a short verb
    std::string object;  // path, option or address that the call was about; may be empty
    std::string text;    // a complete sentence for the user where the maker knows one; may be empty

    [[nodiscard]] std::string to_string() const;  // "open /var/mail/joe: Permission denied"
};

// strerror() in the C locale's words ("No such file or directory"), safe to call from anywhere.
[[nodiscard]] std::string errno_text(int code);

using Unexpected = tl::unexpected<Error>;

[[nodiscard]] inline Unexpected failure(int code, std::string_view call, std::string_view object = {}) {
    return Unexpected(Error{code, std::string(call), std::string(object), {}});
}
[[nodiscard]] inline Unexpected failure(std::string text) { return Unexpected(Error{0, {}, {}, std::move(text)}); }

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
    using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

}  // namespace postern

#define POSTERN_CONCAT_(a, b) a##b
#define POSTERN_CONCAT(a, b) POSTERN_CONCAT_(a, b)

// POSTERN_TRY(expr);  – leaves the calling function with expr's Error if it has one.
#define POSTERN_TRY(expr)                                                                                             \
    do {                                                                                                              \
        if (auto postern_try_ = (expr); !postern_try_) return ::postern::Unexpected(std::move(postern_try_).error()); \
    } while (false)

// POSTERN_TRY_ASSIGN(UniqueFd fd, os.open(…));  – the same, else declares or assigns the value.
#define POSTERN_TRY_ASSIGN(target, expr) POSTERN_TRY_ASSIGN_(target, expr, POSTERN_CONCAT(postern_result_, __LINE__))
#define POSTERN_TRY_ASSIGN_(target, expr, name)                       \
    auto name = (expr);                                               \
    if (!name) return ::postern::Unexpected(std::move(name).error()); \
    target = *std::move(name)
