// SPDX-License-Identifier: Apache-2.0
// expand/variable_view.h – what the getter of a variable sees. Private to variables*.cc.
#pragma once

#include "base/strings.h"
#include "expand/state.h"

namespace postern {

struct VariableView {
    Expander::State& state;
    const Scope& scope;
    const Message* message;
    const AddressScope* address;

    [[nodiscard]] TimePoint now() const { return state.environment.clock->now(); }
    [[nodiscard]] bool utc() const { return iequals(state.main().timezone.value, "UTC"); }
};

// variables_host.cc: where a message came from, for Received:
Text sender_fullhost(const VariableView& view);
Text sender_rcvhost(const VariableView& view);

}  // namespace postern
