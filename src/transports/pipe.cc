// SPDX-License-Identifier: Apache-2.0
// The record of the pipe driver: its options, and what is checked and completed when the configuration is read (spec
// pipe.md §1.2). The delivery itself is in pipe_run.cc.
#include "wording/pipe.h"
#include "transports/pipe_crash.h"
#include "transports/pipe_run.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

using O = PipeOptions;
using Error = DriverDescription::InitError;

constexpr OptionRow kRows[] = {
    own_opt<&O::after_crash>("after_crash"),
    opt<&O::allow_commands>("allow_commands"),
    opt<&O::batch_id>("batch_id"),
    opt<&O::batch_max>("batch_max"),
    opt<&O::check_string>("check_string"),
    opt<&O::command>("command"),
    own_opt<&O::confine>("confine"),
    own_opt<&O::confine_cpu_time>("confine_cpu_time"),
    own_opt<&O::confine_file_size>("confine_file_size"),
    own_opt<&O::confine_memory>("confine_memory"),
    own_opt<&O::confine_open_files>("confine_open_files"),
    own_opt<&O::confine_processes>("confine_processes"),
    own_opt<&O::confine_read>("confine_read"),
    own_opt<&O::confine_write>("confine_write"),
    opt<&O::environment>("environment"),
    opt<&O::escape_string>("escape_string"),
    opt<&O::force_command>("force_command"),
    opt<&O::freeze_exec_fail>("freeze_exec_fail"),
    opt<&O::freeze_signal>("freeze_signal"),
    opt<&O::ignore_status>("ignore_status"),
    opt<&O::log_defer_output>("log_defer_output"),
    opt<&O::log_fail_output>("log_fail_output"),
    opt<&O::log_output>("log_output"),
    opt<&O::max_output>("max_output"),
    opt<&O::message_prefix>("message_prefix"),
    opt<&O::message_suffix>("message_suffix"),
    opt<&O::path>("path"),
    opt<&O::permit_coredump>("permit_coredump"),
    opt<&O::deliver_as_creator>("pipe_as_creator"),
    opt<&O::restrict_to_path>("restrict_to_path"),
    opt<&O::return_fail_output>("return_fail_output"),
    opt<&O::return_output>("return_output"),
    opt<&O::temp_errors>("temp_errors"),
    opt<&O::timeout>("timeout"),
    opt<&O::timeout_defer>("timeout_defer"),
    opt<&O::umask>("umask"),
    opt<&O::use_bsmtp>("use_bsmtp"),
    opt<&O::use_crlf>("use_crlf"),
    opt<&O::use_shell>("use_shell"),
};
static_assert(sorted_and_unique(kRows));

Error refuse(std::string text) { return {Error::Frame::general, std::move(text)}; }

bool names_exit_codes(const std::string& list) {
    return list == "*" || list.find_first_not_of("0123456789: ") == std::string::npos;
}

// Exim's own rules about what goes with what, in its order.
Error check_combinations(const TransportInstance& instance, const O& options) {
    const std::string& name = instance.name;
    const TransportOptions& common = instance.options;
    if (options.deliver_as_creator && (common.user.set() || common.group.set()))
        return refuse(wording::creator_and_explicit_ids(name));
    if (common.user.uid && !common.group.set()) return refuse(wording::user_set_without_group(name));
    if (!names_exit_codes(options.temp_errors.value)) return refuse(wording::temp_errors_invalid(name));
    const struct {
        bool both;
        std::string_view one, other;
        bool article;
    } kPairs[] = {
        {options.return_output && options.return_fail_output, "return_output", "return_fail_output", false},
        {options.log_output && options.log_fail_output, "log_output", "log_fail_output", true},
        {options.restrict_to_path && options.use_shell, "restrict_to_path", "use_shell", false},
        {options.allow_commands && options.use_shell, "allow_commands", "use_shell", false},
    };
    for (const auto& pair : kPairs)
        if (pair.both) return refuse(wording::both_options_set(pair.one, pair.other, name, pair.article));
    return {};
}

Error init(const TransportInstance& instance) {
    O& options = *static_cast<O*>(instance.private_options.get());
    if (AfterCrash known{}; !parse_after_crash(options.after_crash.value, known))
        return refuse(wording::after_crash_invalid(options.after_crash.value, instance.name));
    if (Error error = check_combinations(instance, options); !error.text.empty()) return error;
    if (options.use_bsmtp) {
        options.check_string = {".", true};
        options.escape_string = {"..", true};
        return {};
    }
    if (!options.message_prefix)
        options.message_prefix = {"From ${if def:return_path{$return_path}{MAILER-DAEMON}} ${tod_bsdinbox}\n", true,
                                  instance.where};
    if (!options.message_suffix) options.message_suffix = {"\n", true, instance.where};
    return {};
}

}  // namespace

extern const TransportDriver pipe_driver;
constexpr TransportDriver pipe_driver = transport_driver_of<Pipe>("pipe", kRows, init);

}  // namespace postern
