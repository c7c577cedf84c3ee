// SPDX-License-Identifier: Apache-2.0
// log/log.h – main, panic and reject log in Exim's exact lines (spec transport-framework.md §12.1, §12.4, §12.5).
//
// One write() a line, O_APPEND; the file is reopened when its inode changed (logrotate). Nothing here decides what is
// said: texts come from wording/. A process that is not the log's owner and has no open descriptor cannot log: a
// delivery child reports to its parent instead.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time_text.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

// Log selector bits: a 64-bit set; names and defaults in selector.cc from spec §12.5 (all of Exim's names are known).
enum class Selector : std::uint8_t;
class SelectorSet;

struct LogSettings {
    std::string path_template = "";     // log_file_path item, with %s (and %D, %M); "" = <spool>/log/%slog
    std::string spool_directory;
    uid_t owner = 0;
    gid_t group = 0;
    TimeStyle style;
    bool with_pid = false;
    bool write_reject_log = true;
    bool syslog = false;
};

class Log {
public:
    Log(Os& os, Clock& clock, LogSettings settings);

    void configure(LogSettings settings);      // once the configuration is read; open files are reopened if paths differ
    void set_message_id(std::string id);       // "" outside a message
    void set_quiet(bool quiet);                // disable_logging of a driver: everything is dropped
    // Test modes (-bt, -be …) and a lost privilege: lines go to stderr with their "LOG: MAIN PANIC\n  text" frame.
    enum class Sink : std::uint8_t { files, stderr_framed, stderr_plain };
    void set_sink(Sink sink);

    void main(std::string_view text);
    void main_and_panic(std::string_view text);
    void panic(std::string_view text);
    void reject(std::string_view text);
    // Makes sure that the main log is open, so that a child forked now can write to it without privileges.
    void open_main();

    [[nodiscard]] std::string stamp() const;   // of now, as in the lines; for message logs

private:
    void write_line(int which, std::string_view text);
    Os& os_;
    Clock& clock_;
    LogSettings settings_;
    std::string message_id_;
    bool quiet_ = false;
    Sink sink_ = Sink::files;
    UniqueFd files_[3];
};

}  // namespace postern
