// SPDX-License-Identifier: Apache-2.0
// log/log.h – main, panic and reject log in Exim's exact lines (spec transport-framework.md §12.1, §12.4).
//
// One write() a line, or for lines that belong together (Together), O_APPEND; a file is reopened when its inode changed
// (logrotate). Nothing here decides what is said: texts come from wording/. A process that is not the log's owner and
// holds no open descriptor cannot log: a delivery child reports to its parent instead, but for the little that
// of_recipient() is for. As root, log files are opened without following links, and only files that belong to the log's
// owner (or root) are written to, so that the owner of the log directory gains nothing.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time_text.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

struct LogSettings {
    std::string path_template;  // absolute, with %s (and at most one of %D, %M)
    uid_t owner = 0;            // exim_user, exim_group: owner of files and directories that are made here
    gid_t group = 0;
    TimeStyle style;
    bool with_pid = false;  // log selector pid
    bool write_reject_log = true;
};

class Log {
public:
    // `standard_error` is the descriptor for framed lines; tests give a file.
    Log(Os& os, Clock& clock, LogSettings settings, int standard_error = 2);

    void set_message_id(std::string id);  // "" outside a message
    void set_quiet(bool quiet);           // disable_logging of a driver: everything is dropped (but shown by -bt)
    [[nodiscard]] bool quiet() const { return quiet_; }
    // files: the normal way. files_and_echo (-v): also shown on stderr as "LOG: MAIN PANIC\n  text". The others are for
    // test modes, which leave the files alone: stderr_framed (-bt) in that same form, stderr_lines (-be, -bv) as lines.
    enum class Sink : std::uint8_t { files, files_and_echo, stderr_framed, stderr_lines };
    void set_sink(Sink sink) { sink_ = sink; }

    void main(std::string_view text);
    void main_and_panic(std::string_view text);
    void panic(std::string_view text);  // panic log and stderr
    // `details` are more lines for the reject log only (the refused message's envelope and headers); whole lines.
    void reject(std::string_view text, std::string_view details = {});
    // Opens the main log, so that a child forked now can write to it without privileges.
    void open_main();
    // While there is one, lines for the main log alone wait; they go out in one write when it ends, or ahead of
    // whatever else is to be logged or to be started.
    class Together {
    public:
        explicit Together(Log& log) : log_(log) { ++log_.together_; }
        ~Together() {
            if (--log_.together_ == 0) log_.write_waiting();
        }
        Together(const Together&) = delete;
        Together& operator=(const Together&) = delete;

    private:
        Log& log_;
    };
    // For a delivery child that has become the recipient. As in Exim it writes to the main log if somebody has already
    // logged since begin_delivery(), or if the recipient has the right to; else to standard error.
    [[nodiscard]] Log of_recipient() const;
    // Exim delivers a message that it has just received in a process of its own, which has no log open yet.
    void begin_delivery() { main_in_use_ = false; }
    // What set_message_id(), set_quiet() and begin_delivery() have made of it, for a message that waits while lines are
    // logged about others.
    struct About {
        std::string message_id;
        bool quiet = false, main_in_use = false;
    };
    [[nodiscard]] About about() const { return {message_id_, quiet_, main_in_use_}; }
    void go_on_about(const About& about);

    [[nodiscard]] std::string stamp() const;  // of now, as in the lines; for message logs

private:
    enum Which : std::uint8_t { kMain, kPanic, kReject };
    void emit(std::string_view flags, std::string_view text, bool to_main, bool to_panic, bool to_reject,
              std::string_view reject_details = {});
    void write_waiting();
    [[nodiscard]] bool write_main(std::string_view lines);
    void write_panic(std::string_view lines);
    [[nodiscard]] std::string line(std::string_view text) const;
    [[nodiscard]] std::string path(Which which) const;
    [[nodiscard]] Status write_to(Which which, std::string_view line);
    [[nodiscard]] Status ensure_open(Which which);
    [[nodiscard]] Result<UniqueFd> open_file(const std::string& path);

    Os& os_;
    Clock& clock_;
    LogSettings settings_;
    int standard_error_;
    std::string message_id_;
    bool quiet_ = false;
    int together_ = 0;
    std::string waiting_;
    bool main_in_use_ = false;
    bool of_recipient_ = false;
    int parents_main_ = -1;  // of_recipient(): what the parent has in use
    Sink sink_ = Sink::files;
    struct File {
        UniqueFd fd;
        std::string path;
        std::uint64_t inode = 0;
    };
    std::array<File, 3> files_;
};

}  // namespace postern
