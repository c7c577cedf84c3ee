// SPDX-License-Identifier: Apache-2.0
#include "routers/redirect_work.h"

#include <cerrno>

#include "base/strings.h"
#include "driver/wire.h"
#include "sys/identity.h"

namespace postern {
namespace {

constexpr std::string_view kMagic = "PoRA";
constexpr std::size_t kMostText = kLargestRedirectFile;
constexpr std::size_t kLargestAnswer = 64 * 1024 * 1024;

RedirectAnswer do_it_here(Os& os, const RedirectWork& work) {
    RedirectAnswer answer;
    Text data = work.data;
    if (!work.file.empty()) {
        RedirectFile file = read_redirect_file(os, work.file, work.checks);
        if (file.kind == RedirectFile::Kind::missing) return answer;
        if (file.kind == RedirectFile::Kind::error) {
            answer.kind = RedirectAnswer::Kind::unreadable;
            answer.text = std::move(file.text);
            return answer;
        }
        data = Text(std::move(file.text));
    }
    answer.kind = RedirectAnswer::Kind::list;
    answer.list = parse_redirect_data(data, work.rules, [&](const std::string& name) {
        return read_included_file(os, name, work.include_directory);
    });
    return answer;
}

// What the child does. It leaves through the ProcessRunner's _exit: nothing of the parent's is touched.
int child(Os& os, const RedirectWork& work, int report) {
    constexpr int kNotBecome = 1, kNotSent = 2;
    Identity identity;
    identity.uid = *work.uid;
    identity.gid = *work.gid;
    identity.initgroups = work.initgroups;
    if (!become(os, identity)) return kNotBecome;
    return write_all(os, report, encode(do_it_here(os, work))) ? 0 : kNotSent;
}

std::optional<RedirectAnswer> do_it_as_user(const RedirectWork& work, Os& os, ProcessRunner& processes,
                                            LostChild& lost) {
    Result<Os::Pipe> pipe = os.pipe();
    if (!pipe) return lost.reader_error = errno_text(pipe.error().code), std::nullopt;
    const int report = pipe->write_end.get();
    const Result<pid_t> pid = processes.fork_child([&os, &work, report] { return child(os, work, report); }, true);
    if (!pid) return lost.reader_error = errno_text(pid.error().code), std::nullopt;
    pipe->write_end.reset();
    const Result<std::string> bytes = read_all(os, pipe->read_end.get(), kLargestAnswer);
    pipe->read_end.reset();  // a child that still has more to say gets SIGPIPE instead of waiting for ever
    const Result<ExitStatus> status = processes.wait(*pid);
    if (status) lost.wait_status = status->wait_status();
    if (!bytes) return lost.reader_error = errno_text(bytes.error().code), std::nullopt;
    if (!status || !status->ok()) return std::nullopt;
    std::optional<RedirectAnswer> answer = decode(*bytes);
    if (answer && !is_allowed(*answer, work.rules)) answer.reset();
    return answer;
}

bool needs_the_user(const RedirectWork& work) {
    return !work.file.empty() || contains(work.data.bytes, ":include:") || looks_like_filter(work.data.bytes);
}

}  // namespace

std::string encode(const RedirectAnswer& answer) {
    WireWriter out(kMostText);
    out.raw(kMagic);
    out.number(static_cast<std::uint8_t>(answer.kind), 1);
    out.text(answer.text);
    out.number(static_cast<std::uint8_t>(answer.list.kind), 1);
    out.text(answer.list.text);
    out.number(answer.list.items.size(), 4);
    for (const RedirectItem& item : answer.list.items) {
        out.number(static_cast<std::uint8_t>(item.kind), 1);
        out.number(item.tainted ? 1 : 0, 1);
        out.text(item.text);
    }
    out.number(answer.list.skipped.size(), 4);
    for (const std::string& text : answer.list.skipped) out.text(text);
    return out.take();
}

std::optional<RedirectAnswer> decode(std::string_view bytes) {
    WireReader in(bytes, kMostText);
    if (in.raw(kMagic.size()) != kMagic) return std::nullopt;
    RedirectAnswer answer;
    answer.kind =
        static_cast<RedirectAnswer::Kind>(in.choice(static_cast<std::uint8_t>(RedirectAnswer::Kind::unreadable)));
    answer.text = in.text();
    answer.list.kind =
        static_cast<RedirectList::Kind>(in.choice(static_cast<std::uint8_t>(RedirectList::Kind::filter)));
    answer.list.text = in.text();
    for (std::uint64_t left = in.number(4); left > 0 && in.good(); --left) {
        RedirectItem item;
        item.kind = static_cast<RedirectItemKind>(in.choice(static_cast<std::uint8_t>(RedirectItemKind::file)));
        item.tainted = in.choice(1) == 1;
        item.text = in.text();
        if (in.good()) answer.list.items.push_back(std::move(item));
    }
    for (std::uint64_t left = in.number(4); left > 0 && in.good(); --left) {
        std::string text = in.text();
        if (in.good()) answer.list.skipped.push_back(std::move(text));
    }
    if (!in.at_end()) return std::nullopt;
    return answer;
}

bool is_allowed(const RedirectAnswer& answer, const RedirectRules& rules) {
    switch (answer.list.kind) {
        case RedirectList::Kind::fail:
            if (!rules.allow_fail) return false;
            break;
        case RedirectList::Kind::defer:
            if (!rules.allow_defer) return false;
            break;
        case RedirectList::Kind::blackhole:
            if (rules.forbid_blackhole) return false;
            break;
        case RedirectList::Kind::items:
        case RedirectList::Kind::error:
        case RedirectList::Kind::filter:
            break;
    }
    for (const RedirectItem& item : answer.list.items) {
        const bool fits = item.kind == RedirectItemKind::address
                              ? contains(item.text, "@")
                              : item.text.starts_with(item.kind == RedirectItemKind::pipe ? '|' : '/');
        if (!fits || item.text.find('\0') != std::string::npos) return false;
    }
    return true;
}

std::optional<RedirectAnswer> do_redirect_work(const RedirectWork& work, Os& os, ProcessRunner& processes,
                                               LostChild& lost) {
    // Without root everything is one identity already: less can be read than as the user, never more.
    const bool can_become = os.ids().effective_uid == 0;
    if (!can_become || !work.uid || !work.gid || !needs_the_user(work)) return do_it_here(os, work);
    if (!work.file.empty() && is_plainly_missing(os, work.file)) return RedirectAnswer{};
    return do_it_as_user(work, os, processes, lost);
}

}  // namespace postern
