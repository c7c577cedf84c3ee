// SPDX-License-Identifier: Apache-2.0
#include "wording/pipe.h"

#include <fmt/format.h>

#include <cstring>

#include "base/result.h"

namespace postern::wording {
namespace {

constexpr std::size_t kLongestLabelName = 50;  // as much of a transport's name as Exim puts into a label

// What sysexits.h and the shell mean by an exit code; empty: nothing in particular.
std::string hint_of(int code) {
    static constexpr std::string_view kMeanings[] = {
        "usage or syntax error",   "error in input data",
        "input data missing",      "user nonexistent",
        "host nonexistent",        "service or program unavailable",
        "internal software error", "internal operating system error",
        "system file missing",     "can't create output file",
        "input/output error",      "temporary error",
        "protocol error",          "permission denied",
        "configuration error",
    };
    constexpr int kFirst = 64, kNotExecuted = 127, kSignalled = 128;
    if (code >= kFirst && code < kFirst + static_cast<int>(std::size(kMeanings)))
        return fmt::format(" (could mean {})", kMeanings[code - kFirst]);
    if (code == kNotExecuted) return " (could mean unable to exec or command does not exist)";
    if (code > kSignalled)
        return fmt::format(" (could mean shell command ended by signal {} ({}))", code - kSignalled,
                           ::strsignal(code - kSignalled));
    return {};
}

std::string after(std::string_view preceded) {
    return preceded.empty() ? std::string() : fmt::format(" (preceded by {})", preceded);
}

// As Exim shows words of a command: quoted if they hold a blank.
std::string shown_word(std::string_view word) {
    const bool blank = word.find_first_of(" \t") != std::string_view::npos;
    return blank ? fmt::format("\"{}\"", word) : std::string(word);
}

}  // namespace

std::string creator_and_explicit_ids(std::string_view transport) {
    return fmt::format("both pipe_as_creator and an explicit uid/gid are set for the {} transport", transport);
}
std::string temp_errors_invalid(std::string_view transport) {
    return fmt::format("temp_errors must be a list of numbers or an asterisk for the {} transport", transport);
}
std::string both_options_set(std::string_view one, std::string_view other, std::string_view transport,
                             bool with_article) {
    return fmt::format("both {} and {} set for {}{} transport", one, other, with_article ? "the " : "", transport);
}

std::string after_crash_invalid(std::string_view value, std::string_view transport) {
    return fmt::format("invalid value given for \"after_crash\" for the {} transport: '{}'", transport, value);
}

std::string command_label(std::string_view transport) {
    return fmt::format("{} transport", transport.substr(0, kLongestLabelName));
}
std::string too_many_words(std::string_view command, std::string_view label) {
    return fmt::format("Too many arguments in command \"{}\" in {}", command, label);
}
std::string too_many_arguments(std::string_view command, std::string_view label) {
    return fmt::format("Too many arguments to command \"{}\" in {}", command, label);
}
std::string too_many_address_pipe_words(std::string_view text, std::string_view label) {
    return fmt::format("Too many arguments in $address_pipe \"{}\" in {}", text, label);
}
std::string too_many_after_address_pipe(std::string_view command, std::string_view label) {
    return fmt::format("Too many arguments to command \"{}\" after expanding $address_pipe in {}", command, label);
}
std::string argument_not_expanded(std::string_view word, std::string_view command, std::string_view label,
                                  std::string_view why) {
    return fmt::format("Expansion of \"{}\" from command \"{}\" in {} failed: {}", word, command, label, why);
}
std::string tainted_argument(std::size_t index, std::string_view label, std::string_view value) {
    return fmt::format("Tainted arg {} for {} command: '{}'", index, label, value);
}
std::string shell_command_not_expanded(std::string_view command, std::string_view transport, std::string_view why) {
    return fmt::format("Expansion of command \"{}\" in {} transport failed: {}", command, transport, why);
}

std::string no_command(std::string_view transport) {
    return fmt::format("no command specified for {} transport", transport);
}
std::string string_not_expanded(std::string_view source, std::string_view transport, std::string_view why) {
    return fmt::format("failed to expand string \"{}\" for {} transport: {}", source, transport, why);
}
std::string slash_in_command(std::string_view command, std::string_view transport) {
    return fmt::format("\"/\" found in \"{}\" (command for {} transport) - failed for security reasons", command,
                       transport);
}
std::string command_not_permitted(std::string_view name, std::string_view transport) {
    return fmt::format("\"{}\" command not permitted by {} transport", name, transport);
}
std::string command_not_found(std::string_view name, std::string_view transport) {
    return fmt::format("\"{}\" command not found for {} transport", name, transport);
}
std::string too_many_settings(std::string_view transport) {
    return fmt::format("too many environment settings for {} transport", transport);
}
std::string child_not_made(std::string_view transport, int code) {
    return fmt::format("Failed to create child process for {} transport: {}", transport, errno_text(code));
}

std::string pipe_write_timed_out() { return "timeout while writing to pipe"; }
std::string filter_timed_out_for_pipe() { return "transport filter timeout while writing to pipe"; }
std::string pipe_headers_not_expanded(std::string_view why) {
    return fmt::format("Failed to expand headers_add or headers_remove: {}", why);
}
std::string pipe_write_repeatedly_failed() { return "Failed repeatedly to write data"; }
std::string pipe_write_error(int code) { return fmt::format("Error {}", code); }
std::string command_timed_out_before(std::string_view preceded) {
    return "pipe delivery process timed out" + after(preceded);
}
std::string wait_failed(std::string_view transport, int code, std::string_view preceded) {
    return fmt::format("Wait() failed for child process of {} transport: {}{}", transport, errno_text(code),
                       after(preceded));
}
std::string command_killed_by(std::string_view transport, std::string_view command, int signal,
                              std::string_view preceded) {
    return fmt::format("Child process of {} transport (running command \"{}\") was terminated by signal {} ({}){}",
                       transport, command, signal, ::strsignal(signal), after(preceded));
}
std::string command_not_executed(std::string_view command, std::string_view preceded) {
    return fmt::format("pipe process failed to exec \"{}\"{}", command, after(preceded));
}
std::string command_returned(std::string_view transport, int code, std::string_view program,
                             std::string_view preceded) {
    return fmt::format("Child process of {} transport returned {}{} from command: {}{}", transport, code, hint_of(code),
                       shown_word(program), after(preceded));
}
std::string local_delivery_failed() { return "local delivery failed"; }
std::string output_discarded() { return "\n\n*** Too much output - remainder discarded ***\n"; }
std::string return_message_generated() { return "return message generated"; }

std::string command_outcome_unknown(std::string_view address, std::string_view transport) {
    return fmt::format("an earlier delivery to {} by {} transport was cut short; its command may have done its work",
                       address, transport);
}
std::string command_run_again(std::string_view address, std::string_view transport) {
    return command_outcome_unknown(address, transport) + ": running it again";
}
std::string command_had_delivered(std::string_view address, std::string_view transport) {
    return fmt::format("an earlier delivery to {} by {} transport was cut short after its command had succeeded",
                       address, transport);
}
std::string command_not_recorded() { return "cannot record that the command is about to run"; }

std::string not_confined(std::string_view transport, std::string_view what, std::string_view object) {
    return fmt::format("cannot confine the command of {} transport ({}{}{}): it is not run", transport, what,
                       object.empty() ? "" : " ", object);
}
std::string kernel_cannot_confine(std::string_view transport, std::string_view missing) {
    return fmt::format("option confine of transport {}: this kernel has no {}, so its deliveries will be deferred",
                       transport, missing);
}

std::string filter_failed(int status, bool capital, std::string_view file) {
    constexpr int kNotExecuted = 127;
    return fmt::format("{}ransport filter process failed ({}){}{}{}", capital ? 'T' : 't', status,
                       file.empty() ? "" : " while writing to ", file,
                       status == kNotExecuted ? ": unable to execute command" : "");
}

}  // namespace postern::wording
