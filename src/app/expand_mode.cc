// SPDX-License-Identifier: Apache-2.0
// -be and -bem: try the expansion language by hand, as `exim -be` answers.
#include <unistd.h>

#include "app/message_preview.h"
#include "app/modes.h"
#include "app/standard_input.h"
#include "base/strings.h"

namespace postern {
namespace {

void show(Workplace& place, std::string_view source, const Scope& scope) {
    const Expansion value = place.expander().expand(source, scope);
    if (value) {
        place.out(value->bytes + "\n");
    } else {
        place.out("Failed: " + value.error().message + "\n");
    }
}

}  // namespace

int test_expansions(Workplace& place, const Scope& scope) {
    if (!place.line().arguments.empty()) {
        for (const std::string& text : place.line().arguments) show(place, text, scope);
        return 0;
    }
    StandardInput input(place);
    while (std::optional<std::string> line = input.logical_line("> ")) show(place, *line, scope);
    place.out("\n");
    return 0;
}

// -bem FILE: the same with a message in view.
int test_expansions_with_message(Workplace& place) {
    const Result<MessagePreview> preview = MessagePreview::from_file(place, place.line().message_file, place.caller().login);
    if (!preview) {
        place.err("exim: unable to open " + place.line().message_file + ": " + errno_text(preview.error().code) + "\n");
        return 1;
    }
    Scope scope;
    scope.message = &preview->message();
    scope.body = &preview->body();
    return test_expansions(place, scope);
}

}  // namespace postern
