// SPDX-License-Identifier: Apache-2.0
#include "transports/pipe_outcome.h"

#include <algorithm>
#include <cerrno>

#include "base/strings.h"
#include "wording/pipe.h"

namespace postern {
namespace {

constexpr int kNotExecuted = 127;
constexpr int kCoreFlag = 128;  // Exim shows it as part of the signal's number
constexpr std::size_t kLongestLoggedLine = 16383;

class Judge {
public:
    Judge(const PipeRun& run, const PipeCommand& command, const PipeOptions& options, std::string_view transport)
        : run_(run), command_(command), options_(options), transport_(transport) {}

    Outcome outcome() {
        if (run_.written == PipeRun::Written::failed) return write_failure();
        out_ = {.verdict = Verdict::ok, .code = 0};
        if (run_.written == PipeRun::Written::timed_out) {
            preceded_ = wording::pipe_write_timed_out();
            settle(timeout_verdict(), preceded_);
        }
        if (run_.wait_error != 0 || (run_.status && run_.status->vanished)) {
            const int why = run_.wait_error != 0 ? run_.wait_error : ECHILD;
            settle(Verdict::panic, wording::wait_failed(transport_, why, preceded_));
        } else if (!run_.status) {
            settle(timeout_verdict(), wording::command_timed_out_before(preceded_));
        } else if (run_.status->signal != 0) {
            judge_signal();
        } else if (run_.status->code != 0) {
            judge_code(run_.status->code);
        }
        if (out_.verdict != Verdict::ok) out_.user_message = wording::local_delivery_failed();
        return std::move(out_);
    }

private:
    [[nodiscard]] Outcome write_failure() const {
        const bool incomplete = run_.write_error == kWriteIncomplete;
        return {.verdict = Verdict::panic,
                .code = run_.write_error,
                .message =
                    incomplete ? wording::pipe_write_repeatedly_failed() : wording::pipe_write_error(run_.write_error)};
    }

    [[nodiscard]] Verdict timeout_verdict() const { return options_.timeout_defer ? Verdict::defer : Verdict::fail; }

    void settle(Verdict verdict, std::string message) {
        out_.verdict = verdict;
        out_.message = std::move(message);
    }

    void judge_signal() {
        if (!options_.freeze_signal && options_.ignore_status) return;
        const int number = run_.status->signal + (run_.status->dumped_core ? kCoreFlag : 0);
        settle(options_.freeze_signal ? Verdict::defer : Verdict::fail,
               wording::command_killed_by(transport_, command_.text, number, preceded_));
        if (options_.freeze_signal) out_.special = Special::freeze;
    }

    void judge_code(int code) {
        if (code == kNotExecuted && options_.freeze_exec_fail) {
            settle(Verdict::defer, wording::command_not_executed(command_.text, preceded_));
            out_.special = Special::freeze;
        } else if (!options_.ignore_status) {
            settle(is_temporary(code) ? Verdict::defer : Verdict::fail,
                   wording::command_returned(transport_, code, command_.argv.front(), preceded_));
        }
    }

    [[nodiscard]] bool is_temporary(int code) const {
        const std::string& list = options_.temp_errors.value;
        if (list.starts_with('*')) return true;
        return std::ranges::any_of(split_list(list),
                                   [code](const std::string& item) { return parse_int(item) == code; });
    }

    const PipeRun& run_;
    const PipeCommand& command_;
    const PipeOptions& options_;
    std::string_view transport_;
    std::string preceded_;
    Outcome out_;
};

std::string first_line(std::string_view output) {
    std::string line(output.substr(0, std::min(output.find('\n'), kLongestLoggedLine)));
    while (!line.empty() && is_space(line.back())) line.pop_back();
    return line;
}

}  // namespace

Outcome outcome_of_run(const PipeRun& run, const PipeCommand& command, const PipeOptions& options,
                       std::string_view transport) {
    return Judge(run, command, options, transport).outcome();
}

void judge_output(AddressReport& report, std::string output, const DeliveryContext& context,
                  const PipeOptions& options) {
    if (output.empty()) return;
    const Verdict verdict = report.outcome.verdict;
    if (options.log_output || (options.log_fail_output && verdict == Verdict::fail) ||
        (options.log_defer_output && verdict == Verdict::defer))
        report.output_line = first_line(output);
    const bool somebody_to_tell =
        !context.message.sender.empty() || !context.batch.front()->props.errors_address.value_or("").empty();
    if (!somebody_to_tell) return;
    if (options.return_output) {
        report.outcome.verdict = Verdict::fail;
        if (report.outcome.code == 0 && report.outcome.message.empty())
            report.outcome.message = wording::return_message_generated();
        report.returned_output = std::move(output);
    } else if (options.return_fail_output && verdict == Verdict::fail) {
        report.returned_output = std::move(output);
    }
}

}  // namespace postern
