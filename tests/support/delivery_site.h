// SPDX-License-Identifier: Apache-2.0
// support/delivery_site.h – for tests of whole delivery runs: a machine with the fake operating system, one
// configuration, and a router and a transport made for the purpose. What is logged, what is journalled, what stays on
// the queue can be looked at afterwards.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "deliver/engine.h"
#include "mail/address.h"
#include "support/fake_os.h"
#include "support/fake_processes.h"

namespace postern {

inline constexpr uid_t kExim = 102, kUser = 1000;
inline constexpr gid_t kEximGroup = 105, kUserGroup = 1000;
inline constexpr const char* kId = "1xUyh5-0007zV-2L";

// --- a router that takes everybody but "nobody…", delays "later…", and throws "hole…" away ---
class TakeAll final : public RouterDriverBase {
public:
    explicit TakeAll(const RouterInstance& instance) : instance_(instance) {}
    RouteResult route(AddressItem& item, RouteContext& context) override {
        if (item.local_part.starts_with("hole")) return {.verdict = RouteVerdict::discard};
        if (item.local_part.starts_with("nobody")) return {.verdict = RouteVerdict::decline};
        if (item.local_part.starts_with("later")) {
            return {.verdict = RouteVerdict::defer, .outcome = {.verdict = Verdict::defer, .message = "come back"}};
        }
        if (auto refused = choose_transport(instance_, instance_.options.transport, "transport", item, context))
            return *refused;
        if (auto refused = apply_user_and_home(instance_, item, context)) return *refused;
        item.home = instance_.options.transport_home_directory.set ? "/home/" + item.local_part : "";
        return {.verdict = RouteVerdict::ok};
    }

private:
    const RouterInstance& instance_;
};

struct BoxOptions {
    Integer batch_max{1};
    Expandable batch_id, note, quota_warn_message;
};

// --- a transport that writes one file a batch, named after the first local part, and records the name first ---
class BoxTransport final : public Transport {
public:
    using Options = BoxOptions;
    static constexpr bool kRecordsIntents = true;
    BoxTransport(const TransportInstance&, const Options&) {}
    DeliveryPlan plan(DeliveryContext&) override { return {}; }
    DeliveryReport deliver(DeliveryContext& context) override {
        const std::string& who = context.batch.front()->local_part;
        if (who == "full")
            return same_for_all(context, {.verdict = Verdict::defer, .code = ENOSPC, .message = "no room"});
        if (who == "bad") return same_for_all(context, {.verdict = Verdict::fail, .message = "refused"});
        if (who == "broken") return same_for_all(context, {.verdict = Verdict::panic, .message = "misconfigured"});
        auto outcome = write_box(context, "/mail/" + context.instance.name + "." + who);
        if (who.starts_with("filling")) outcome.special = Special::warn;
        DeliveryReport report = same_for_all(context, outcome);
        for (AddressReport& address : report.addresses) address.bytes_written = 42;
        return report;
    }

private:
    static Outcome write_box(DeliveryContext& context, const std::string& path) {
        const auto failed = [](const Error& error) { return Outcome{.verdict = Verdict::defer, .code = error.code}; };
        for (const EarlierIntent& intent : context.earlier_intents) {
            const auto found = context.os.stat(AtPath(intent.text.substr(4)), Follow::no);
            if (!found && found.error().code != ENOENT) return failed(found.error());
            if (!intent.ours || !found) continue;
            const Status synced = sync_directory(context.os, kCwd, "/mail");
            return synced ? Outcome{.verdict = Verdict::ok} : failed(synced.error());
        }
        auto file = context.os.open(path + ".tmp", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (!file) return failed(file.error());
        Status done = write_all(context.os, file->get(), "message");
        if (done) done = context.os.fsync(file->get());
        if (done) done = context.os.close(std::move(*file));
        // One more copy each time: a test counts them.
        const std::string copy = path + "." + std::to_string(copies_of(context.os, path) + 1);
        if (done && context.intents != nullptr) done = context.intents->record("box " + copy);
        if (done) done = context.os.rename(path + ".tmp", copy);
        if (done) done = sync_directory(context.os, kCwd, "/mail");
        return done ? Outcome{.verdict = Verdict::ok} : failed(done.error());
    }
    static int copies_of(Os& os, const std::string& path) {
        int n = 0;
        while (os.stat(AtPath(path + "." + std::to_string(n + 1)), Follow::no)) ++n;
        return n;
    }
};

inline constexpr OptionRow kBoxRows[] = {opt<&BoxOptions::batch_id>("batch_id"),
                                         opt<&BoxOptions::batch_max>("batch_max"), opt<&BoxOptions::note>("note"),
                                         opt<&BoxOptions::quota_warn_message>("quota_warn_message")};
inline constexpr TransportDriver kBox = transport_driver_of<BoxTransport>("box", kBoxRows, nullptr);
inline const RouterDriver kTakeAll{{.name = "takeall"},
                                   [](const RouterInstance& instance) -> std::unique_ptr<RouterDriverBase> {
                                       return std::make_unique<TakeAll>(instance);
                                   }};

// Takes what it is given, and says in the main log what it is asked to do.
class Outgoing final : public NewMessages {
public:
    explicit Outgoing(Log& log, std::vector<std::string>& texts, bool& refuses, bool& holds)
        : log_(log), texts_(texts), refuses_(refuses), holds_(holds) {}
    std::optional<std::string> submit(const NewMessage& message) override {
        log_.set_message_id(kOther);
        if (refuses_) return std::nullopt;
        log_.main("<= <" + message.sender + "> R=" + message.about.id);
        texts_.push_back(message.text);
        return kOther;
    }
    void deliver(const std::string& id) override {
        log_.set_message_id(id);
        log_.main("deliver");
    }
    bool held_back() override { return holds_; }
    static constexpr const char* kOther = "1xUyh5-0007zV-3M";

private:
    Log& log_;
    std::vector<std::string>& texts_;
    bool& refuses_;
    bool& holds_;
};

// One machine with one configuration; engines are made for each run, as processes are.
class Site {
public:
    explicit Site(Os& os, FakeOs& tree, FakeClock& clock, ProcessRunner& processes)
        : os_(os), tree_(tree), clock_(clock), processes_(processes) {
        configuration.main.primary_hostname = {"mx.example", true};
        configuration.main.qualify_domain = {"example", true};
        drivers_.routers = {&kTakeAll};
        drivers_.transports = {&kBox};
        configuration.transports.resize(2);
        configuration.transports[0] = transport("box");
        configuration.transports[1] = transport("shadow");
        configuration.routers.resize(1);
        RouterInstance& router = configuration.routers[0];
        router.name = "all";
        router.driver = &kTakeAll.description;
        router.options.transport = {"box", true, {}};
    }

    static TransportInstance transport(const char* name, const TransportDriver& driver = kBox) {
        TransportInstance instance;
        instance.name = name;
        instance.driver = &driver.description;
        instance.private_options = driver.description.make_options();
        instance.options.user.uid = kUser;
        instance.options.group.gid = kUserGroup;
        return instance;
    }
    // The transports that a test brings along; their drivers have BoxOptions.
    void add_driver(const TransportDriver& driver) { drivers_.transports.push_back(&driver); }
    BoxOptions& box_options() { return *static_cast<BoxOptions*>(configuration.transports[0].private_options.get()); }

    static Message message(const std::vector<std::string>& recipients, std::string sender = "sender@example") {
        Message message;
        message.id = kId;
        message.login = "root";
        message.sender = std::move(sender);
        for (const std::string& address : recipients) message.recipients.push_back({.address = address});
        message.received = message.received_complete = FakeClock::kStart;
        message.first_delivery = true;
        message.local = true;
        message.headers = {{HeaderType::received, "Received: from x\n"}, {HeaderType::from, "From: a@b\n"}};
        return message;
    }

    // A message on the queue, as intake leaves it.
    Status queue(const Message& message) {
        Spool spool(os_, spool_settings());
        POSTERN_TRY_ASSIGN(const auto held, spool.begin(message.id));
        POSTERN_TRY(write_all(os_, held->data_fd(), "body\n"));
        return spool.commit(*held, message);
    }

    // In a process of its own: use(engine).
    template <class Use>
    auto with_engine(Use use) {
        Log log(os_, clock_, {.path_template = "/log/%slog", .owner = kExim, .group = kEximGroup}, 2);
        Spool spool(os_, spool_settings());
        Expander expander({.configuration = &configuration,
                           .os = &os_,
                           .clock = &clock_,
                           .processes = &processes_,
                           .panic_log = [&log](const std::string& text) { log.main_and_panic(text); }});
        Rewriter rewriter(expander, configuration.main, {});
        Outgoing outgoing(log, new_texts, refuse_new, hold_new);
        const Engine engine{.configuration = configuration,
                            .drivers = drivers_,
                            .os = os_,
                            .clock = clock_,
                            .processes = processes_,
                            .expander = expander,
                            .rewriter = rewriter,
                            .log = log,
                            .selectors = selectors,
                            .spool = spool,
                            .new_messages = outgoing,
                            .exim_uid = kExim,
                            .exim_gid = kEximGroup};
        return use(engine);
    }

    RunResult run(const RunRequest& request = {}) {
        return with_engine([&](const Engine& engine) {
            if (!on_the_spot) return deliver_from_spool(engine, kId, request);
            auto held = engine.spool.open(kId);
            auto loaded = engine.spool.load(kId, true);
            return deliver_held(engine, std::move(*held), std::move(loaded->message), false);
        });
    }

    // The main log without stamps and id.
    std::string log(std::string_view which = "main") const {
        std::string out;
        const std::string text = tree_.content("/log/" + std::string(which) + "log");
        constexpr std::size_t kPrefix = 20 + 17;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            out += text.substr(at + kPrefix, end - at - kPrefix) + "\n";
            at = end + 1;
        }
        return out;
    }

    SpoolSettings spool_settings() const { return {.directory = "/spool", .owner = kExim, .group = kEximGroup}; }

    Configuration configuration;
    SelectorSet selectors;
    bool on_the_spot = false;
    std::vector<std::string> new_texts;  // of messages that the engine sent
    bool refuse_new = false, hold_new = false;

private:
    Os& os_;
    FakeOs& tree_;
    FakeClock& clock_;
    ProcessRunner& processes_;
    DriverSet drivers_;
};

inline void prepare(FakeOs& os) {
    setenv("TZ", "UTC", 1);
    os.add_user("user", kUser, kUserGroup, "/home/user");
    os.put_directory("/mail", 0777);
    for (const char* home : {"/home/user", "/home/a", "/home/b"}) os.put_directory(home, 0755);
    os.put_directory("/spool", 0750, kExim, kEximGroup);
    os.put_directory("/log", 0750, kExim, kEximGroup);
}

class DeliveryRunTest : public testing::Test {
protected:
    DeliveryRunTest() { prepare(os_); }
    bool queued() const { return os_.exists("/spool/input/" + std::string(kId) + "-H"); }

    FakeClock clock_;
    FakeOs os_{clock_};
    FakeProcesses processes_{os_};
    Site site_{os_, os_, clock_, processes_};
};

}  // namespace postern
