// SPDX-License-Identifier: Apache-2.0
// base/text.h – strings that remember where they came from.
//
// Text is the value that the expansion language computes with: bytes plus one bit that says whether any of them came
// from outside (a message, an envelope, a peer). Joining taints; only the places that spec expansion.md §9 lists clean.
// Tainted<T> is the static form for values that are always from outside: they can be looked at, but to use one as a
// file name or command a caller has to write vouch(), which is what a reviewer greps for.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace postern {

struct Text {
    std::string bytes;
    bool tainted = false;

    Text() = default;
    Text(std::string b, bool t = false) : bytes(std::move(b)), tainted(t) {}  // NOLINT: a plain string is clean text
    Text(std::string_view b, bool t = false) : bytes(b), tainted(t) {}        // NOLINT
    Text(const char* b) : bytes(b) {}                                         // NOLINT: literals are ours

    void append(const Text& more) {
        bytes += more.bytes;
        tainted = tainted || more.tainted;
    }
    [[nodiscard]] bool empty() const { return bytes.empty(); }
    [[nodiscard]] std::string_view view() const { return bytes; }
    bool operator==(const Text&) const = default;
};

[[nodiscard]] inline Text tainted_text(std::string bytes) { return {std::move(bytes), true}; }

template <class T>
class Tainted {
public:
    Tainted() = default;
    explicit Tainted(T value) : value_(std::move(value)) {}

    [[nodiscard]] const T& inspect() const { return value_; }  // to compare, measure, print, copy into a message
    [[nodiscard]] const T& vouch() const { return value_; }    // "I have checked it": say why in a comment at the call
    bool operator==(const Tainted&) const = default;

private:
    T value_{};
};

}  // namespace postern
