// SPDX-License-Identifier: Apache-2.0
// A delivery from the queue with the power cut behind every call, into every state that the disk may then show, and the
// queue runs after it: the recipient has the message, whole, once (D-intent-records). The whole program but its main()
// runs over FakeOs: configuration, router, transport, spool.
#include <gtest/gtest.h>

#include <set>

#include "app/workplace.h"
#include "base/checksum.h"
#include "base/strings.h"
#include "mailbox/maildirsize_file.h"
#include "support/fault_sweep.h"
#include "support/program_site.h"

namespace postern {
namespace {

using namespace program_site;

constexpr char kOld[] = "From a@b Sun Nov 22 03:00:00 2026\nSubject: old\n\nold\n\n";
constexpr char kDrivers[] = R"(begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  user = joe
  lock_interval = 0s
)";

struct Format {
    const char* name;
    const char* options;
    void (*set_up)(FakeOs& os);
    std::size_t page = 256;  // of the disk: more pages in a file are many more states
};

std::string body() { return std::string(300, 'b') + "\n" + std::string(300, 'c') + "\n"; }

void prepare(FakeOs& os, const Format& format) {
    put_machine(os, std::string(kDrivers) + format.options);
    os.put_directory("/tmp", 01777, 0, 0);
    format.set_up(os);
}

Message message() {
    Message message;
    message.id = kId;
    message.login = "root";
    message.sender = "a@b";
    message.recipients = {{.address = "joe@example"}};
    message.received = message.received_complete = FakeClock::kStart;
    message.headers = {{HeaderType::received, "Received: by mx.example id " + std::string(kId) + "\n"},
                       {HeaderType::from, "From: a@b\n"}};
    return message;
}

Result<std::unique_ptr<HeldMessage>> put_on_queue(Os& os, Spool& spool) {
    POSTERN_TRY_ASSIGN(auto held, spool.begin(kId));
    POSTERN_TRY(write_all(os, held->data_fd(), body()));
    POSTERN_TRY(spool.commit(*held, message()));
    return held;
}

// -odf: true when the sender is told that all is well.
bool on_the_spot(World& w) {
    const auto line = parse_command_line("exim", {"-C", "/etc/conf", "-odf", "joe@example"});
    Workplace place({w.os, w.clock, w.processes}, *line);
    if (!line || !place.open() || place.spool_is_durable()) return false;
    auto held = put_on_queue(w.os, place.spool());
    if (!held) return false;
    const RunResult result = deliver_held(place.engine(), std::move(*held), message(), false);
    return result.end == RunEnd::completed || (result.end == RunEnd::left && result.safe);
}

RunEnd run(World& w, Os& os) {
    const auto line = parse_command_line("exim", {"-C", "/etc/conf", "-M", kId});
    Workplace place({os, w.clock, w.processes}, *line);
    if (!line || !place.open()) return RunEnd::not_attempted;
    return deliver_from_spool(place.engine(), kId, {.forced = true}).end;
}

std::string without_returns(std::string text) {
    std::erase(text, '\r');
    return text;
}

// A reader of MBX goes by the sizes in the lines before the messages.
void take_mbx_messages(std::string text, std::vector<std::string>& out) {
    constexpr std::size_t kFileHeader = 2048;
    if (text.size() < kFileHeader) return;
    for (text.erase(0, kFileHeader); !text.empty();) {
        const std::size_t line = text.find("\r\n"), comma = text.find(',');
        const std::size_t size = comma < line ? std::strtoul(text.c_str() + comma + 1, nullptr, 10) : 0;
        if (line == std::string::npos || size == 0) {
            out.push_back("torn: " + text);
            return;
        }
        out.push_back(without_returns(text.substr(line + 2, size)));
        text.erase(0, line + 2 + size);
    }
}

// All messages that a reader finds, in their mailbox's form.
std::vector<std::string> messages(const FakeOs& os) {
    std::vector<std::string> out;
    if (os.exists("/mail/mbx")) take_mbx_messages(os.content("/mail/mbx"), out);
    for (const std::string& name : os.names_in("/mail/store")) {  // a message is there when its envelope is
        if (!name.ends_with(".env")) continue;
        const std::string data = "/mail/store/" + name.substr(0, name.size() - 4) + ".msg";
        out.push_back(os.exists(data) ? os.content(data) : "torn: no message");
    }
    std::string text = os.content("/mail/joe");
    for (std::size_t end = 0; !text.empty(); text.erase(0, end)) {
        end = text.find("From ", 1);
        while (end != std::string::npos && text[end - 1] != '\n') end = text.find("From ", end + 1);
        if (end == std::string::npos) end = text.size();
        out.push_back(text.substr(0, end));
    }
    for (const char* directory : {"/mail/new", "/mail/cur", "/mail/plain"}) {
        for (const std::string& name : os.names_in(directory)) {
            if (!name.starts_with("temp.")) out.push_back(os.content(directory + ("/" + name)));
        }
    }
    return out;
}

std::string state_text(const FakeOs& os) {
    std::string all;
    for (const auto& [path, entry] : os.snapshot("/")) {
        if (path.starts_with("/log") || path.starts_with("/spool/msglog")) continue;
        all += path + " " + std::to_string(entry.stat.inode) + " " + entry.content + "\n";
    }
    return all;
}

class AllFolders final : public NameRules {
    std::optional<std::int64_t> size_in(std::string_view) const override { return std::nullopt; }
    bool counts_folder(std::string_view name) const override { return name == "cur" || name == "new"; }
};

// What a delivery would believe of maildirsize is not less than is there; before it believes too much it counts again.
void expect_no_less_in_size_file(World& w) {
    if (!w.fake.exists("/mail/maildirsize")) return;
    std::int64_t size = 0;
    for (const std::string& message : messages(w.fake)) size += static_cast<std::int64_t>(message.size());
    const auto directory = w.fake.open("/mail", O_RDONLY | O_DIRECTORY);
    const AllFolders folders;
    MaildirsizeFile file(w.fake, w.clock, folders, {.limits = {.size = 1000}, .hostname = "mx.example"});
    const auto believed = file.read(directory->get());
    ASSERT_TRUE(believed);
    if (*believed) {
        EXPECT_GE((*believed)->size, size) << w.fake.content("/mail/maildirsize");
    }
}

std::size_t torn(const FakeOs& os) {
    std::size_t count = 0;
    for (const std::string& message : messages(os))
        count += message == kOld || contains(message, "\n\n" + body()) ? 0 : 1;
    return count;
}

class PowerCut : public testing::TestWithParam<Format> {
protected:
    struct Cut {
        bool hit = false;
        RunEnd end = RunEnd::not_attempted;
    };
    // A delivery up to its n-th call.
    static Cut deliver(World& w, long n, FaultOs::AtWrite where) {
        prepare(w.fake, GetParam());
        {
            Spool spool(w.fake, {.directory = "/spool", .owner = kExim, .group = kExim});
            EXPECT_TRUE(put_on_queue(w.fake, spool));
        }
        w.fake.sync_everything();
        const FakeOs::Process machine = w.fake.save_process();
        w.os.crash_at(n, where);
        Cut cut;
        cut.end = run(w, w.os);
        cut.hit = w.os.hit();
        w.fake.leave_child(machine);
        w.os.disarm();
        return cut;
    }

    void expect_one_message(World& w, const std::string& what) {
        w.clock.advance(std::chrono::hours(1));  // old locks may be broken
        for (int again = 0; again < 2; ++again) (void)run(w, w.fake);
        std::vector<std::string> found = messages(w.fake);
        std::erase(found, kOld);
        ASSERT_EQ(found.size(), 1U) << what << "\n" << w.fake.tree_text() << w.fake.content("/log/mainlog");
        EXPECT_TRUE(contains(found.front(), "\n\n" + body())) << what << "\n" << found.front();
        EXPECT_TRUE(contains(found.front(), kId));
        EXPECT_FALSE(w.fake.exists("/spool/input/" + std::string(kId) + "-H")) << what;
        expect_no_less_in_size_file(w);
        EXPECT_TRUE(!w.fake.exists("/mail/joe") || w.fake.content("/mail/joe").ends_with("\n\n"));
    }
};

TEST_P(PowerCut, InAnyStateOfTheDiskLeavesOneCopy) {
    const FakeOs::Disk disk{{"/spool/input", "/spool/intent", "/spool", "/mail"}, GetParam().page};
    std::set<std::uint64_t> seen;
    std::size_t states = 0;
    bool hit = true;
    for (long n = 1; hit; ++n) {
        std::size_t count = 1;
        for (std::size_t state = 0; state < count; ++state) {
            World w;
            const Cut cut = deliver(w, n, FaultOs::AtWrite::before);
            hit = cut.hit;
            if (state == 0) {
                count = w.fake.power_cut_states(disk);
                ASSERT_LT(count, 20'000U) << "too many for a test, at call " << n << ", " << w.os.hit_at();
            }
            w.fake.power_cut_to(state, disk);
            if (!seen.insert(checksum(state_text(w.fake))).second) continue;
            ++states;
            const std::string before = w.fake.tree_text();
            expect_one_message(w, "call " + std::to_string(n) + ", state " + std::to_string(state) + ":\n" + before);
            if (HasFailure()) return;
        }
    }
    EXPECT_GE(states, 20U);
    RecordProperty("states", static_cast<int>(states));
}

// The power goes once more, in the run that should put things right.
TEST_P(PowerCut, AndAgainInTheRecoveryLeavesOneCopy) {
    const FakeOs::Disk disk{{"/spool/input", "/spool/intent", "/spool", "/mail"}, 2 * GetParam().page};
    std::set<std::uint64_t> seen;
    bool hit = true;
    for (long n = 1; hit; n += 3) {
        std::size_t count = 1;
        for (std::size_t state = 0; state < count; ++state) {
            bool hit_again = true;
            for (long m = 1; hit_again; ++m) {
                World w;
                hit = deliver(w, n, FaultOs::AtWrite::before).hit;
                count = w.fake.power_cut_states(disk);
                w.fake.power_cut_to(state, disk);
                if (m == 1 && !seen.insert(checksum(state_text(w.fake))).second) break;
                const FakeOs::Process machine = w.fake.save_process();
                w.clock.advance(std::chrono::hours(1));
                w.os.crash_at(m);
                (void)run(w, w.os);
                hit_again = w.os.hit();
                w.fake.leave_child(machine);
                w.os.disarm();
                w.fake.power_cut(m % 2 == 0 ? FakeOs::Survives::nothing : FakeOs::Survives::entries);
                expect_one_message(w, "call " + std::to_string(n) + ", then " + std::to_string(m));
                if (HasFailure()) return;
            }
        }
    }
}

// On the spot nobody has been told anything until it is done: then the message is there, whole, whatever comes back of
// the queue. Before, it may be lost, and the sender tries again; but half a message is never delivered. (A sample: all
// files of the queue are unsynced, which makes many states.) D-spool-unsynced
TEST_P(PowerCut, OnTheSpotWhatWasAnsweredIsThere) {
    const FakeOs::Disk disk{{"/spool/input", "/spool/intent", "/mail"}, 2 * GetParam().page};
    constexpr std::size_t kSample = 40;
    std::set<std::uint64_t> seen;
    bool hit = true;
    for (long n = 1; hit; ++n) {
        std::size_t count = 1, step = 1;
        for (std::size_t state = 0; state < count; state += step) {
            World w;
            prepare(w.fake, GetParam());
            for (const char* area : {"/spool/input", "/spool/intent", "/spool/msglog"})
                w.fake.put_directory(area, 0750, kExim, kExim);
            w.fake.sync_everything();
            const FakeOs::Process machine = w.fake.save_process();
            w.os.crash_at(n);
            const bool answered = on_the_spot(w);
            hit = w.os.hit();
            w.fake.leave_child(machine);
            w.os.disarm();
            if (state == 0) {
                count = w.fake.power_cut_states(disk);
                step = count / kSample + 1;
            }
            w.fake.power_cut_to(state, disk);
            if (!seen.insert(checksum(state_text(w.fake) + (answered ? "!" : ""))).second) continue;
            const std::string before = w.fake.tree_text();
            const std::size_t torn_before = torn(w.fake);
            w.clock.advance(std::chrono::hours(1));
            (void)run(w, w.fake);
            std::vector<std::string> found = messages(w.fake);
            std::erase(found, kOld);
            const std::size_t torn_now = torn(w.fake), whole = found.size() - torn_now;
            EXPECT_LE(torn_now, torn_before) << before << w.fake.content("/mail/joe");
            EXPECT_GE(whole, answered ? 1U : 0U) << before;
            EXPECT_LE(whole, 2U) << before;
            if (HasFailure()) return;
        }
    }
    RecordProperty("states", static_cast<int>(seen.size()));
}

constexpr const char* kCounted = "  directory = /mail\n  maildir_format\n  quota = 1000\n  maildir_use_size_file\n";

void put_counted_maildir(FakeOs& os, const std::string& size_file) {
    for (const char* sub : {"tmp", "new", "cur"}) os.put_directory(std::string("/mail/") + sub, 0700, kUser, kMail);
    os.put_file("/mail/cur/1", kOld, 0600, kUser, kMail);
    if (!size_file.empty()) os.put_file("/mail/maildirsize", size_file, 0600, kUser, kMail);
}

const Format kFormats[] = {
    {"NewMbox", "  file = /mail/joe\n", [](FakeOs&) {}},
    {"ExistingMbox", "  file = /mail/joe\n", [](FakeOs& os) { os.put_file("/mail/joe", kOld, 0600, kUser, kMail); }},
    {"NewMaildir", "  directory = /mail\n  maildir_format\n", [](FakeOs&) {}},
    {"ExistingMaildir", "  directory = /mail\n  maildir_format\n",
     [](FakeOs& os) {
         for (const char* sub : {"tmp", "new", "cur"})
             os.put_directory(std::string("/mail/") + sub, 0700, kUser, kMail);
     }},
    {"Maildirsize", kCounted, [](FakeOs& os) { put_counted_maildir(os, "1000S,0C\n53 1\n"); }},
    // Not believed for this message; it would be for a smaller one if it came back.
    {"OldMaildirsize", kCounted, [](FakeOs& os) { put_counted_maildir(os, "1000S,0C\n390 4\n10 1\n"); }},
    {"PlainDirectory", "  directory = /mail/plain\n", [](FakeOs&) {}},
    {"NewMbx", "  file = /mail/mbx\n  mbx_format\n  message_prefix =\n  message_suffix =\n", [](FakeOs&) {}, 2048},
    {"Mailstore", "  directory = /mail/store\n  mailstore_format\n", [](FakeOs&) {}},
};

INSTANTIATE_TEST_SUITE_P(Formats, PowerCut, testing::ValuesIn(kFormats),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern
