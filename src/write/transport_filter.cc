// SPDX-License-Identifier: Apache-2.0
#include "write/transport_filter.h"

#include <cerrno>

#include "write/command_stream.h"

namespace postern {
namespace {

using Kind = FilterFailure::Kind;

constexpr std::chrono::milliseconds kTimeToEnd{30'000};  // between its last word and its end

tl::unexpected<FilterFailure> failed(const Error& error) {
    return tl::unexpected(FilterFailure{Kind::error, 0, error});
}
tl::unexpected<FilterFailure> failed(Kind kind, int status = 0) {
    return tl::unexpected(FilterFailure{kind, status, {}});
}

// What the filter gets: the message itself, as it is stored.
WritePlan inner_plan(const WritePlan& plan) {
    WritePlan inner = plan;
    inner.prefix.clear();
    inner.suffix.clear();
    inner.check.clear();
    inner.escape.clear();
    inner.crlf = inner.end_dot = inner.escape_headers = false;
    return inner;
}

WritePlan outer_plan(WritePlan plan) {
    plan.headers = false;
    plan.body = true;
    plan.first_lines.clear();
    plan.header_lines.clear();
    plan.body_limit = 0;
    return plan;
}

// Lasts as long as its descriptor. Where a file system has no such files, one that is unlinked at once.
Result<UniqueFd> nameless_file(Os& os, const std::string& directory) {
    auto file = os.open(directory, O_RDWR | O_TMPFILE | O_EXCL, 0600);
    if (file || (file.error().code != EOPNOTSUPP && file.error().code != EISDIR && file.error().code != EINVAL))
        return file;
    const std::string name = directory + "/postern-filter." + std::to_string(os.pid());
    file = os.open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (file) POSTERN_TRY(os.unlink(name));
    return file;
}

}  // namespace

tl::expected<Filtered, FilterFailure> filter_message(Os& os, Clock& clock, ProcessRunner& processes,
                                                     const FilterSettings& settings, WritePlan plan,
                                                     const BodySource& body) {
    Result<UniqueFd> file = nameless_file(os, settings.directory);
    if (!file) return failed(file.error());
    Result<Running> filter =
        processes.spawn(os, {.argv = settings.argv, .environment = settings.environment, .directory = {}});
    if (!filter) return failed(filter.error());

    Status kept;
    CommandStream stream(os, clock, *filter, settings.timeout, [&](std::string_view bytes) {
        kept = write_all(os, file->get(), bytes);
        return kept.has_value();
    });
    const auto written = MessageWriter(os).write(inner_plan(plan), body, stream);
    const int write_error = written ? 0 : written.error().code;
    if (!written && write_error != EPIPE && write_error != ETIMEDOUT) return failed(written.error());
    Result<bool> read = false;
    if (write_error != ETIMEDOUT) read = stream.read_patiently();
    if (!kept) return failed(kept.error());
    if (!read) return failed(read.error());
    if (!*read) return failed(Kind::timed_out);
    const auto status = filter->ended(kTimeToEnd);
    if (!status) return failed(status.error());
    if (!*status) return failed(Kind::timed_out);
    if (!(*status)->ok())
        return failed(Kind::ended_badly, (*status)->signal != 0 ? -(*status)->signal : (*status)->code);
    if (write_error == EPIPE) return failed(Kind::stopped_reading);
    return Filtered{outer_plan(std::move(plan)), std::move(*file)};
}

}  // namespace postern
