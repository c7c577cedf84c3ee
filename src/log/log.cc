// SPDX-License-Identifier: Apache-2.0
#include "log/log.h"

#include <cerrno>
#include <utility>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::size_t kLongestLine = 8191;
constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;

constexpr std::string_view kNames[] = {"main", "panic", "reject"};

// Removes %D or %M together with one neighbouring character that is not alphanumeric: the panic log has no date.
std::string without_date(std::string text) {
    for (const std::string_view mark : {"%D", "%M"}) {
        const std::size_t at = text.find(mark);
        if (at == std::string::npos) continue;
        std::size_t start = at;
        std::size_t length = 2;
        if (start > 0 && !is_alnum(text[start - 1]) && text[start - 1] != '/') {
            --start;
            ++length;
        } else if (at + 2 < text.size() && !is_alnum(text[at + 2]) && text[at + 2] != '/') {
            ++length;
        }
        text.erase(start, length);
    }
    return text;
}

void replace(std::string& text, std::string_view mark, std::string_view with) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), with);
}

}  // namespace

Log::Log(Os& os, Clock& clock, LogSettings settings, int standard_error)
    : os_(os), clock_(clock), settings_(std::move(settings)), standard_error_(standard_error) {}

void Log::set_message_id(std::string id) { message_id_ = std::move(id); }

void Log::set_quiet(bool quiet) { quiet_ = quiet; }

void Log::go_on_about(const About& about) {
    message_id_ = about.message_id;
    quiet_ = about.quiet;
    main_in_use_ = about.main_in_use;
}

std::string Log::stamp() const { return log_stamp(clock_.now(), settings_.style); }

void Log::main(std::string_view text) { emit("MAIN", text, true, false, false); }
void Log::main_and_panic(std::string_view text) { emit("MAIN PANIC", text, true, true, false); }
void Log::panic(std::string_view text) { emit("PANIC", text, false, true, false); }
void Log::reject(std::string_view text, std::string_view details) {
    emit("MAIN REJECT", text, true, false, settings_.write_reject_log, details);
}

void Log::open_main() {
    write_waiting();
    if (quiet_ || sink_ == Sink::stderr_framed || sink_ == Sink::stderr_lines) return;
    (void)ensure_open(kMain).has_value();  // a failure shows when there is something to say
}

Log Log::of_recipient() const {
    Log log(os_, clock_, settings_, standard_error_);
    log.message_id_ = message_id_;
    log.quiet_ = quiet_;
    log.sink_ = sink_;
    log.of_recipient_ = true;
    if (main_in_use_) log.parents_main_ = files_[kMain].fd.get();
    return log;
}

std::string Log::line(std::string_view text) const {
    std::string out = stamp();
    out += ' ';
    if (settings_.with_pid) out += "[" + std::to_string(os_.pid()) + "] ";
    if (!message_id_.empty()) out += message_id_ + " ";
    if (out.size() + text.size() >= kLongestLine) {
        out += "**** log string overflowed log buffer ****";
    } else {
        out += text;
    }
    out += '\n';
    return out;
}

void Log::emit(std::string_view flags, std::string_view text, bool to_main, bool to_panic, bool to_reject,
               std::string_view reject_details) {
    if (quiet_ && sink_ != Sink::stderr_framed) return;
    if (sink_ == Sink::stderr_lines) {
        (void)write_all(os_, standard_error_, line(text)).has_value();
        return;
    }
    if (sink_ != Sink::files) {
        const std::string framed = "LOG: " + std::string(flags) + "\n  " + std::string(text) + "\n";
        (void)write_all(os_, standard_error_, framed).has_value();
        if (sink_ == Sink::stderr_framed) return;
    }
    const std::string whole = line(text);
    if (together_ > 0 && to_main && !to_panic && !to_reject) {
        waiting_ += whole;
        return;
    }
    write_waiting();
    const bool main_written = !to_main || write_main(whole);
    if (to_reject) (void)write_to(kReject, whole + std::string(reject_details)).has_value();
    if (main_written && to_panic) write_panic(whole);
}

void Log::write_waiting() {
    if (!waiting_.empty()) (void)write_main(std::exchange(waiting_, {}));
}

// False: the lines are in the panic log or on standard error.
bool Log::write_main(std::string_view lines) {
    const Status written = write_to(kMain, lines);
    if (written) return true;
    if (of_recipient_) {
        (void)write_all(os_, standard_error_, lines).has_value();
        return false;
    }
    // The main log is the administrator's eyes: say so where it may still be seen, and keep the lines themselves.
    const std::string trouble =
        line("failed to write to main log " + path(kMain) + ": " + errno_text(written.error().code));
    (void)write_to(kPanic, trouble).has_value();
    (void)write_all(os_, standard_error_, trouble).has_value();
    write_panic(lines);
    return false;
}

void Log::write_panic(std::string_view lines) {
    (void)write_to(kPanic, lines).has_value();
    if (sink_ == Sink::files) (void)write_all(os_, standard_error_, lines).has_value();
}

std::string Log::path(Which which) const {
    std::string out = which == kPanic ? without_date(settings_.path_template) : settings_.path_template;
    replace(out, "%s", kNames[which]);
    if (which != kPanic && out.find('%') != std::string::npos) {
        const std::string date = compact_date(clock_.now(), settings_.style.utc);
        replace(out, "%D", date);
        replace(out, "%M", date.substr(0, 6));
    }
    return out;
}

Status Log::write_to(Which which, std::string_view line) {
    if (which == kMain && parents_main_ >= 0) return write_all(os_, parents_main_, line);
    POSTERN_TRY(ensure_open(which));
    if (which == kMain) main_in_use_ = true;
    return write_all(os_, files_[which].fd.get(), line);
}

Status Log::ensure_open(Which which) {
    File& file = files_[which];
    std::string wanted = path(which);
    if (file.fd && file.path == wanted) {
        const Result<FileStat> there = os_.stat(AtPath(wanted), Follow::yes);
        // EACCES: an unprivileged child keeps writing to what its parent opened.
        if (there ? there->inode == file.inode : there.error().code == EACCES) return {};
    }
    POSTERN_TRY_ASSIGN(UniqueFd fd, open_file(wanted));
    POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(fd.get()));
    file = File{std::move(fd), std::move(wanted), stat.inode};
    return {};
}

Result<UniqueFd> Log::open_file(const std::string& path) {
    const bool root = os_.ids().effective_uid == 0;
    constexpr int kFlags = O_WRONLY | O_APPEND | O_NONBLOCK;
    const int links = root ? O_NOFOLLOW : 0;
    for (int attempt = 0; attempt < 3; ++attempt) {
        Result<UniqueFd> fd = os_.open(path, kFlags | links);
        if (fd) {
            if (!root) return fd;
            POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(fd->get()));
            if (stat.kind == FileKind::regular && (stat.uid == settings_.owner || stat.uid == 0) && stat.links <= 1)
                return fd;
            if (stat.kind == FileKind::character) return fd;  // /dev/null, /dev/stderr
            return failure(EPERM, "open", path);
        }
        if (fd.error().code != ENOENT) return fd;
        fd = os_.open(path, kFlags | O_CREAT | O_EXCL, kFileMode);
        if (fd) {
            if (root) POSTERN_TRY(os_.chown(fd->get(), settings_.owner, settings_.group));
            POSTERN_TRY(os_.chmod(fd->get(), kFileMode));
            return fd;
        }
        if (fd.error().code == EEXIST) continue;
        if (fd.error().code != ENOENT) return fd;
        const std::string directory = path.substr(0, path.rfind('/'));
        POSTERN_TRY(make_directories(os_, directory, kDirectoryMode));
        if (root) POSTERN_TRY(os_.chown(AtPath(directory), settings_.owner, settings_.group, Follow::no));
    }
    return failure(EEXIST, "open", path);
}

}  // namespace postern
