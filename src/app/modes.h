// SPDX-License-Identifier: Apache-2.0
// app/modes.h – what the command line can ask for, one function a mode; each returns the exit code.
#pragma once

#include "app/workplace.h"

namespace postern {

[[nodiscard]] int submit_message(Workplace& place);
[[nodiscard]] int show_version(Workplace& place);
[[nodiscard]] int print_option_values(Workplace& place);
[[nodiscard]] int test_expansions_alone(Workplace& place);
[[nodiscard]] int test_expansions_with_message(Workplace& place);
[[nodiscard]] int test_addresses(Workplace& place, bool verify);
[[nodiscard]] int test_rewriting(Workplace& place);
[[nodiscard]] int list_queue(Workplace& place);
[[nodiscard]] int count_queue(Workplace& place);
[[nodiscard]] int run_queue_once(Workplace& place);
[[nodiscard]] int act_on_messages(Workplace& place);

[[nodiscard]] bool is_subcommand(std::string_view word);
// `postern check|explain|deliver …`: everything behind the word. nullopt: `word` is no subcommand.
[[nodiscard]] std::optional<int> run_subcommand(Workplace::World world, const std::string& word,
                                                const std::vector<std::string>& arguments);

}  // namespace postern
