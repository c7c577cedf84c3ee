// SPDX-License-Identifier: Apache-2.0
// -be and -bem: try the expansion language by hand, as `exim -be` answers.
#include "app/message_preview.h"
#include "app/modes.h"
#include "app/standard_input.h"
#include "base/strings.h"

namespace postern {
namespace {

// Macros work here as in the configuration: each in its turn, over the text that the earlier ones left.
void replace_all(std::string& text, std::string_view name, std::string_view with) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + with.size())) {
        text.replace(at, name.size(), with);
    }
}

void show(Workplace& place, std::string source, const Scope& scope) {
    for (const Macro& macro : place.configuration().macros) replace_all(source, macro.name, macro.value);
    const Expansion value = place.expander().expand(source, scope);
    if (value) {
        place.out(value->bytes + "\n");
    } else {
        place.out("Failed: " + value.error().message + "\n");
    }
}

int show_all(Workplace& place, const MessagePreview& preview) {
    Scope scope;
    scope.message = &preview.message();
    scope.body = &preview.body();
    scope.message_size_override = preview.size();
    scope.message_linecount_override = preview.lines();
    if (!place.line().arguments.empty()) {
        for (const std::string& text : place.line().arguments) show(place, text, scope);
        return 0;
    }
    StandardInput input(place);
    while (std::optional<std::string> line = input.logical_line("> ")) show(place, *line, scope);
    place.out("\n");
    return 0;
}

}  // namespace

int test_expansions_alone(Workplace& place) { return show_all(place, MessagePreview::empty(place, place.sender())); }

// -bem FILE: the same with a message in view.
int test_expansions_with_message(Workplace& place) {
    const Result<MessagePreview> preview = MessagePreview::from_file(place, place.line().message_file, place.sender());
    if (!preview) {
        place.err("exim: failed to open " + place.line().message_file + ": " + errno_text(preview.error().code) + "\n");
        return 1;
    }
    if (preview->has_no_headers()) place.out("Warning: no message headers read\n");
    return show_all(place, *preview);
}

}  // namespace postern
