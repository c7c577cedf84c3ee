// SPDX-License-Identifier: Apache-2.0
// ${run{command}{yes}{no}}. The command line is split before its words are expanded, so that nothing that a word
// expands to can become two words; "preexpand" is the old way round.
#include <unistd.h>

#include <cerrno>

#include "base/strings.h"
#include "expand/command_line.h"
#include "expand/evaluator.h"
#include "wording/expansion.h"

namespace postern {

tl::expected<std::vector<Text>, ExpansionFailure> Evaluator::command_words(const Node& node) {
    std::vector<Text> words;
    const Sequence& argument = node.args.front();
    if (!node.text.empty()) {
        Expansion command = text(argument);
        if (!command) return tl::unexpected(std::move(command.error()));
        for (std::string& word : split_command(command->bytes)) words.emplace_back(std::move(word), command->tainted);
        return words;
    }
    if (argument.broken) return syntax();
    const std::string_view raw =
        std::string_view(template_.source).substr(argument.begin + 1, argument.end - argument.begin - 2);
    for (const std::string& word : split_command(raw)) {
        const auto parsed = parse_template(word);
        Expansion value = Evaluator(state_, scope_, *parsed).text(parsed->root);
        if (!value) {
            value.error().message = wording::command_word_not_expanded(word, raw, value.error().message);
            return tl::unexpected(std::move(value.error()));
        }
        words.push_back(*std::move(value));
    }
    return words;
}

Expansion Evaluator::run(const Node& node) {
    if (node.args.empty()) return syntax();
    const auto words = command_words(node);
    if (!words) return tl::unexpected(words.error());
    if (!node.branches) return syntax();
    const Saved saved_captures(state_.registers, Saved::What::value_and_captures);
    ProcessRunner::Command command;
    for (const Text& word : *words) command.argv.push_back(word.bytes);
    Registers& registers = state_.registers;
    if (command.argv.empty()) {
        registers.run_status = 127;
        registers.value = {};
        return branches(node, "run", false, nullptr, NoBranch::keeps_value);
    }
    if (words->front().tainted) {
        state_.panic(wording::tainted_exec(command.argv.front()));
        return failed(wording::child_not_created(EPERM));
    }
    for (char** entry = environ; entry && *entry; ++entry) command.environment.emplace_back(*entry);
    const auto result = state_.environment.processes->run(command);
    if (!result) return failed(wording::child_not_created(result.error().code));
    if (result->timed_out) return failed(wording::command_timed_out());
    if (result->status.signal != 0) return failed(wording::command_killed(result->status.signal));
    registers.run_status = result->status.code;
    registers.value = Text(result->output);
    return branches(node, "run", result->status.code == 0, nullptr, NoBranch::keeps_value);
}

}  // namespace postern
