// SPDX-License-Identifier: Apache-2.0
// The sendmail command line's first duty: a message on stdin.
#include <unistd.h>
#include <csignal>
#include <cstdlib>

#include "app/modes.h"
#include "app/submission.h"
#include "base/strings.h"
#include "intake/intake.h"
#include "sys/start_up.h"
#include "wording/intake.h"

namespace postern {
namespace {

SubmissionRequest request_of(Workplace& place) {
    const CommandLine& line = place.line();
    const Caller& caller = place.caller();
    SubmissionRequest request{.login = caller.login,
                              .gecos = caller.gecos,
                              .uid = caller.uid,
                              .gid = caller.gid,
                              .trusted = caller.trusted,
                              .sender = line.sender ? std::optional(place.sender()) : std::nullopt,
                              .recipients = line.arguments,
                              .extract_recipients = line.extract_recipients,
                              .allow_unqualified = !line.no_unqualified,
                              .full_name = line.full_name,
                              .dot_terminates = !line.ignore_dot,
                              .protocol = line.received_protocol,
                              .ident = line.ident,
                              .host_name = line.host_name,
                              .auth_id = line.auth_id,
                              .auth_sender = line.auth_sender,
                              .errors_on_stderr = line.error_mode == "p",
                              .references = line.error_reference.value_or(""),
                              .local_error = line.error_reference.has_value(),
                              .dont_deliver = line.dont_deliver};
    if (line.host_address) {
        HostAndPort host = split_host_and_port(*line.host_address);
        request.host_address = std::move(host.address);
        request.host_port = host.port;
    }
    if (line.interface) {
        HostAndPort interface = split_host_and_port(*line.interface);
        request.interface_address = std::move(interface.address);
        request.interface_port = interface.port;
    }
    return request;
}

bool any_file_exists(Workplace& place, const PlainString& list) {
    for (const std::string& item : split_list(list.value)) {
        if (!item.starts_with("smtp/") && place.os().stat(AtPath(item), Follow::yes)) return true;
    }
    return false;
}

bool load_too_high(std::int64_t limit_thousandths) {
    double load = 0;
    return limit_thousandths >= 0 && ::getloadavg(&load, 1) == 1 &&
           static_cast<std::int64_t>(load * 1000) > limit_thousandths;
}

// The caller goes on at once; the message is delivered by a process of its own, which finds it in the spool.
int deliver_in_background(Workplace& place, const std::string& id) {
    const Result<pid_t> child = place.processes().fork_child(
        [&]() -> int {
            detach_from_caller();
            (void)deliver_from_spool(place.engine(), id, {});
            return 0;
        },
        false);
    if (!child) place.log().main_and_panic(wording::delivery_not_started(id, child.error().to_string()));
    return 0;
}

}  // namespace

tl::expected<Submission, int> take_message(Workplace& place) {
    Intake intake({.os = place.os(),
                   .clock = place.clock(),
                   .configuration = place.configuration(),
                   .expander = place.expander(),
                   .rewriter = place.rewriter(),
                   .spool = place.spool(),
                   .log = place.log(),
                   .selectors = place.selectors()});
    ByteSource source(place.os(), STDIN_FILENO,
                      std::chrono::seconds(place.configuration().main.receive_timeout.seconds));
    SubmissionResult taken = intake.accept(request_of(place), source);
    if (taken) {
        ::signal(SIGHUP, SIG_IGN);  // from here on a hang-up is no reason to stop
        return std::move(*taken);
    }
    place.err(taken.error().text);
    return tl::unexpected(taken.error().exit_code);
}

bool messages_held_back(Workplace& place) {
    const MainOptions& main = place.configuration().main;
    return main.queue_only || any_file_exists(place, main.queue_only_file) ||
           load_too_high(main.queue_only_load.thousandths);
}

DeliveryMode delivery_mode(Workplace& place) {
    const CommandLine& line = place.line();
    const MainOptions& main = place.configuration().main;
    const DeliveryMode wanted = line.delivery_mode.value_or(DeliveryMode::background);
    if (wanted == DeliveryMode::queue) return wanted;
    if (line.delivery_chosen_immediate && main.queue_only_override) return wanted;
    return messages_held_back(place) ? DeliveryMode::queue : wanted;
}

int submit_message(Workplace& place) {
    tl::expected<Submission, int> taken = take_message(place);
    if (!taken) return taken.error();
    const std::string id = taken->message.id;
    const DeliveryMode mode = delivery_mode(place);
    if (mode != DeliveryMode::queue && place.line().verbose) place.err("delivering " + id + "\n");
    switch (mode) {
        case DeliveryMode::foreground:
            return deliver_held(place.engine(), std::move(taken->held), std::move(taken->message),
                                place.spool_is_durable())
                           .safe
                       ? 0
                       : 1;
        case DeliveryMode::background:
            taken->held.reset();
            return deliver_in_background(place, id);
        case DeliveryMode::queue:
            // -odf, but queue_only held it back: the spool was told not to sync yet.
            if (place.spool_is_durable()) return 0;
            return taken->held->rewrite_header(taken->message) && taken->held->make_durable() ? 0 : 1;
    }
    return 0;
}

}  // namespace postern
