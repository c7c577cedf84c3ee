// SPDX-License-Identifier: Apache-2.0
// expand/variables.h – the names behind $name (spec expansion.md §7): one sorted row a name, with its getter and
// whether its content comes from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "expand/state.h"

namespace postern {

// Row of a known name (negative: a family without rows, such as acl_m…); nullopt: unknown.
[[nodiscard]] std::optional<std::int64_t> find_variable(std::string_view name);

// `row` is what find_variable(name) said. Unset variables are empty.
[[nodiscard]] Text variable_value(std::int64_t row, std::string_view name, Expander::State& state, const Scope& scope);

// With strict_acl_vars an unset ACL variable is an error.
[[nodiscard]] bool is_unset_acl_variable(std::int64_t row, std::string_view name, const Scope& scope);

}  // namespace postern
