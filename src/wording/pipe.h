// SPDX-License-Identifier: Apache-2.0
// wording/pipe.h – configuration errors and delivery failures of the pipe transport, of commands that are split and
// expanded word by word, and of transport filters (spec pipe.md §1.2, §5, §9, §10; message-writer.md §10, §12).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::wording {

// --- configuration ---
[[nodiscard]] std::string creator_and_explicit_ids(std::string_view transport);
[[nodiscard]] std::string temp_errors_invalid(std::string_view transport);
[[nodiscard]] std::string both_options_set(std::string_view one, std::string_view other, std::string_view transport,
                                           bool with_article);

[[nodiscard]] std::string after_crash_invalid(std::string_view value, std::string_view transport);

// --- the command's words; `label` is "t1 transport" or "transport filter" ---
[[nodiscard]] std::string command_label(std::string_view transport);
[[nodiscard]] std::string too_many_words(std::string_view command, std::string_view label);
[[nodiscard]] std::string too_many_arguments(std::string_view command, std::string_view label);
[[nodiscard]] std::string too_many_address_pipe_words(std::string_view text, std::string_view label);
[[nodiscard]] std::string too_many_after_address_pipe(std::string_view command, std::string_view label);
[[nodiscard]] std::string argument_not_expanded(std::string_view word, std::string_view command, std::string_view label,
                                                std::string_view why);
[[nodiscard]] std::string tainted_argument(std::size_t index, std::string_view label, std::string_view value);
[[nodiscard]] std::string shell_command_not_expanded(std::string_view command, std::string_view transport,
                                                     std::string_view why);

// --- what is run, and may it be ---
[[nodiscard]] std::string no_command(std::string_view transport);
[[nodiscard]] std::string string_not_expanded(std::string_view source, std::string_view transport,
                                              std::string_view why);
[[nodiscard]] std::string slash_in_command(std::string_view command, std::string_view transport);
[[nodiscard]] std::string command_not_permitted(std::string_view name, std::string_view transport);
[[nodiscard]] std::string command_not_found(std::string_view name, std::string_view transport);
[[nodiscard]] std::string too_many_settings(std::string_view transport);
[[nodiscard]] std::string child_not_made(std::string_view transport, int code);

// --- how it went; `preceded` is what went wrong before, or empty ---
[[nodiscard]] std::string pipe_write_timed_out();
[[nodiscard]] std::string filter_timed_out_for_pipe();
[[nodiscard]] std::string pipe_headers_not_expanded(std::string_view why);
[[nodiscard]] std::string pipe_write_repeatedly_failed();
[[nodiscard]] std::string pipe_write_error(int code);
[[nodiscard]] std::string command_timed_out_before(std::string_view preceded);
[[nodiscard]] std::string wait_failed(std::string_view transport, int code, std::string_view preceded);
[[nodiscard]] std::string command_killed_by(std::string_view transport, std::string_view command, int signal,
                                            std::string_view preceded);
[[nodiscard]] std::string command_not_executed(std::string_view command, std::string_view preceded);
[[nodiscard]] std::string command_returned(std::string_view transport, int code, std::string_view program,
                                           std::string_view preceded);
[[nodiscard]] std::string local_delivery_failed();
[[nodiscard]] std::string output_discarded();  // where the kept output was cut
[[nodiscard]] std::string return_message_generated();

// --- after a crash: a delivery that was cut short may have run the command ---
[[nodiscard]] std::string command_outcome_unknown(std::string_view address, std::string_view transport);
[[nodiscard]] std::string command_run_again(std::string_view address, std::string_view transport);
[[nodiscard]] std::string command_had_delivered(std::string_view address, std::string_view transport);
[[nodiscard]] std::string command_not_recorded();

// --- confinement: `what` could not be had ---
[[nodiscard]] std::string not_confined(std::string_view transport, std::string_view what, std::string_view object);
[[nodiscard]] std::string kernel_cannot_confine(std::string_view transport, std::string_view missing);  // a warning

// --- transport filters: "Transport filter process failed (3)", with a file "… while writing to F" ---
[[nodiscard]] std::string filter_failed(int status, bool capital, std::string_view file);

}  // namespace postern::wording
