// SPDX-License-Identifier: Apache-2.0
// -bp…, -bpc and -q: the queue as a whole (spec queue-retry-bounce.md §7, §8).
#include <algorithm>
#include <span>

#include "app/modes.h"
#include "deliver/in_order.h"
#include "mail/message_id.h"
#include "spool/queue_text.h"
#include "wording/command.h"
#include "wording/delivery.h"

namespace postern {
namespace {

bool may_list(Workplace& place) {
    if (place.caller().admin || !place.configuration().main.queue_list_requires_admin) return true;
    place.err(wording::permission_denied() + "\n");
    return false;
}

std::vector<Spool::Entry> entries_of(Workplace& place) {
    Result<std::vector<Spool::Entry>> entries = place.spool().list();
    if (entries) return std::move(*entries);
    place.err("postern: cannot read the queue: " + entries.error().to_string() + "\n");
    return {};
}

std::string run_title(Workplace& place, std::string_view what) {
    const CommandLine& line = place.line();
    std::string flags;
    if (line.first_only) flags += 'i';
    if (line.force) flags += line.force_thaw ? "ff" : "f";
    return std::string(what) + " queue run: pid=" + std::to_string(place.os().pid()) +
           (flags.empty() ? "" : " -q" + flags);
}

bool logs_run(Workplace& place) { return place.selectors().has(Selector::queue_run); }

// -q START [STOP]: message ids, both included.
bool in_range(const std::string& id, const std::vector<std::string>& range) {
    if (!range.empty() && id < range[0]) return false;
    return range.size() < 2 || id <= range[1];
}

// What a worker tells of its way through the messages.
constexpr char kBegun = 'b';
constexpr char kDone = 'd';
struct Progress {
    std::size_t begun = 0, done = 0;
};
// It waits in the pipe until the worker has ended, so that the runner sleeps: therefore no more messages than the
// smallest pipe has room for.
constexpr std::size_t kMostOfOneWorker = 4096 / 2;

// In a worker.
void work_through(Workplace& place, std::span<const std::string> ids, const RunRequest& request, std::size_t row,
                  int progress) {
    IdleConnections idle(place.os());  // good-bye when the last message is out
    Engine engine = place.engine_over(place.spool());
    engine.idle = &idle;
    const auto tell = [&](char what) { return write_all(place.os(), progress, {&what, 1}).has_value(); };
    InOrder in_order(engine, request, row, [&] { (void)tell(kDone); });
    for (const std::string& id : ids) {
        if (!tell(kBegun)) break;
        in_order.deliver(id);
    }
    in_order.finish();
}

Progress run_worker(Workplace& place, std::span<const std::string> ids, const RunRequest& request, std::size_t row) {
    const auto cannot = [&](const Error& error) -> Progress {
        place.log().main_and_panic("queue run: cannot start delivery of " + ids.front() + ": " + error.to_string());
        return {ids.size(), ids.size()};
    };
    Result<Os::Pipe> pipe = place.os().pipe();
    if (!pipe) return cannot(pipe.error());
    const Result<pid_t> worker = place.processes().fork_child(
        [&]() -> int {
            close_inherited(place.os(), pipe->read_end);
            work_through(place, ids, request, row, pipe->write_end.get());
            return 0;
        },
        false);
    if (!worker) return cannot(worker.error());
    pipe->write_end.reset();
    const Result<ExitStatus> status = place.processes().wait(*worker);
    const auto told = read_all(place.os(), pipe->read_end.get(), 2 * ids.size());
    if (!told) return {ids.size(), ids.size()};
    const auto count = [&](char what) { return static_cast<std::size_t>(std::ranges::count(*told, what)); };
    const Progress progress{count(kBegun), count(kDone)};
    if (status && status->signal != 0 && progress.begun > 0) {
        const std::size_t in_hand = std::min(progress.done, progress.begun - 1);
        place.log().main_and_panic(wording::runner_crashed(*worker, status->signal, ids[in_hand]));
    }
    return progress;
}

// A worker that dies takes only the message with it that it had in hand. If it had more than one, nobody knows which it
// was: they are taken up again one by one.
void work_off(Workplace& place, std::span<const std::string> ids, const RunRequest& request, std::size_t row) {
    while (!ids.empty()) {
        const auto some = ids.first(std::min(ids.size(), kMostOfOneWorker));
        const Progress progress = run_worker(place, some, request, row);
        const std::size_t in_hand = progress.begun - progress.done;
        if (in_hand > 1) work_off(place, some.subspan(progress.done, in_hand), request, 1);
        ids = ids.subspan(std::max<std::size_t>(progress.begun, 1));
    }
}

}  // namespace

int list_queue(Workplace& place) {
    if (!may_list(place)) return 1;
    const QueueTextOptions options{.undelivered_only = place.line().list_undelivered_only,
                                   .all_done = place.line().list_all};
    const std::int64_t now = place.clock().now().seconds;
    std::vector<Spool::Entry> entries;
    for (const std::string& id : place.line().arguments) {
        if (is_message_id(id))
            entries.push_back({id, ""});
        else
            place.err(wording::bad_message_id(id, "-bp") + "\n");
    }
    if (place.line().arguments.empty()) entries = entries_of(place);
    for (const Spool::Entry& entry : entries) {
        const auto loaded = place.spool().load(entry.id, true);
        place.out(loaded ? queue_block(*loaded, now, options) : queue_block(entry.id, loaded.error(), now, options));
    }
    return 0;
}

int count_queue(Workplace& place) {
    if (!may_list(place)) return 1;
    place.out(std::to_string(entries_of(place).size()) + "\n");
    return 0;
}

int run_queue_once(Workplace& place) {
    if (!place.caller().admin && place.configuration().main.prod_requires_admin) {
        place.err(wording::permission_denied() + "\n");
        return 1;
    }
    const CommandLine& line = place.line();
    const bool logged = logs_run(place);
    if (logged) place.log().main(run_title(place, "Start"));
    const RunRequest request{.forced = line.force, .thaw = line.force_thaw, .queue_run = true};
    std::vector<std::string> ids;
    for (const Spool::Entry& entry : entries_of(place)) {
        if (!in_range(entry.id, line.arguments)) continue;
        if (line.first_only) {
            const auto loaded = place.spool().load(entry.id, false);
            if (!loaded || !loaded->message.first_delivery) continue;
        }
        ids.push_back(entry.id);
    }
    work_off(place, ids, request, InOrder::kLongestRow);
    place.log().set_message_id("");
    if (logged) place.log().main(run_title(place, "End"));
    return 0;
}

}  // namespace postern
