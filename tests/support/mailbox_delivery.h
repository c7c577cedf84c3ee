// SPDX-License-Identifier: Apache-2.0
// support/mailbox_delivery.h – for the tests of mailbox/: one delivery as a transport does it, by user 1000, group 8.
#pragma once

#include <deque>
#include <functional>

#include "mailbox/maildir_box.h"
#include "mailbox/mailstore.h"
#include "mailbox/mbox_file.h"
#include "mailbox/plain_directory.h"
#include "support/fault_sweep.h"

namespace postern {

inline constexpr uid_t kUser = 1000;
inline constexpr gid_t kMail = 8;
inline const std::string kMessage = "From joe Sun Nov 22 03:52:18 2026\nSubject: x\n\nbody\n\n";

class TestNaming final : public MessageNaming {
public:
    std::string maildir_tag() override { return tag; }
    MailboxResult<std::string> file_name(std::uint64_t inode) override {
        inode_seen = inode;
        if (names.empty()) return std::string("q1");
        std::string name = names.front();
        if (names.size() > 1) names.pop_front();
        return name;
    }
    std::int64_t reported_size() const override { return 42; }
    std::string tag;
    std::deque<std::string> names;
    std::uint64_t inode_seen = 0;
};

using Opening = std::function<MailboxResult<std::unique_ptr<Mailbox>>(World&)>;

// What went wrong, or nothing.
using Verdict = std::optional<MailboxFailure>;

using Lead = std::function<std::string(Mailbox&)>;
inline std::string repair_only(Mailbox& box) { return std::string(box.repair()); }

// As a transport does it, `lead` says what stands before the message; with w.intents an earlier delivery may be found
// instead.
inline Verdict put_message(World& w, const Opening& open, TestNaming& naming, std::string_view message = kMessage,
                           const std::vector<EarlierIntent>& earlier = {}, const Lead& lead_of = repair_only) {
    auto box = open(w);
    if (!box) return box.error();
    if (!earlier.empty()) {
        const auto found = (*box)->recover(earlier);
        if (!found) return found.error();
        if (*found) return {};
    }
    if (auto whole = (*box)->make_whole(); !whole) return whole.error();
    const std::string lead = lead_of(**box);
    if ((*box)->wants_shape()) {
        ShapeSink shape("1xVcye-0000BV-2w");
        (void)shape.write(message).has_value();
        if (auto announced = (*box)->announce(shape.shape(), lead); !announced) return announced.error();
    }
    if (const Status written = write_all(w.os, (*box)->fd(), lead + std::string(message)); !written)
        return MailboxFailure{.code = written.error().code, .message = "write"};
    if (const Status safe = (*box)->finish_data(); !safe)
        return MailboxFailure{.code = safe.error().code, .message = "finish"};
    auto done = (*box)->commit(naming);
    return done ? Verdict{} : Verdict{done.error()};
}

inline Verdict put_message(World& w, const Opening& open, std::string_view message = kMessage) {
    TestNaming naming;
    return put_message(w, open, naming, message);
}

inline MailboxSettings test_settings(const std::string& path) {
    return {.path = path, .hostname = "mail.example.net", .uid = kUser, .gid = kMail};
}

inline MboxSettings mbox_settings(const std::string& path) {
    return {.common = test_settings(path), .leaf = path.substr(path.find_last_of('/') + 1)};
}

inline Opening mbox(MboxSettings settings, CreationRule rule = {}) {
    return [=](World& w) {
        const std::string& path = settings.common.path;
        Place place = find_place(w.os, path.substr(0, path.find_last_of('/')), settings.leaf, rule);
        MboxSettings used = settings;
        used.creation_allowed = place.allowed;
        used.common.intents = w.intents;
        return MboxFile::open(w.os, w.clock, std::move(place), std::move(used));
    };
}
inline Opening mbox(const std::string& path) { return mbox(mbox_settings(path)); }

inline Opening maildir(MaildirSettings settings) {
    return [=](World& w) {
        MaildirSettings used = settings;
        used.common.intents = w.intents;
        return MaildirBox::open(w.os, w.clock, find_place(w.os, settings.common.path, "any", {}), std::move(used));
    };
}
inline Opening maildir(const std::string& path) { return maildir(MaildirSettings{.common = test_settings(path)}); }

inline Opening plain(const MailboxSettings& settings) {
    return [=](World& w) {
        MailboxSettings used = settings;
        used.intents = w.intents;
        return PlainDirectory::open(w.os, w.clock, find_place(w.os, settings.path, "any", {}), std::move(used));
    };
}
inline Opening plain(const std::string& path) { return plain(test_settings(path)); }

inline const std::string kMessageId = "1xVdQd-00080K-0j";
inline const std::string kEnvelope = "ann@test.ex\njoe@test.ex\n";

inline MailstoreSettings mailstore_settings(const std::string& path) {
    return {.common = test_settings(path), .envelope = []() -> MailboxResult<std::string> { return kEnvelope; }};
}
inline Opening mailstore(const MailstoreSettings& settings) {
    return [=](World& w) {
        Place place = find_place(w.os, settings.common.path, "any", {});
        MailstoreSettings used = settings;
        used.common.intents = w.intents;
        used.base = Mailstore::free_base(w.os, place, kMessageId);
        return Mailstore::open(w.os, std::move(place), std::move(used));
    };
}
inline Opening mailstore(const std::string& path) { return mailstore(mailstore_settings(path)); }

// /var/mail as Debian has it, and a home; then the test runs as the user.
inline void put_home(World& w) {
    w.fake.put_directory("/var/mail", 02775, 0, kMail);
    w.fake.put_directory("/home/joe", 0700, kUser, kMail);
    w.fake.run_as(kUser, kMail);
}

}  // namespace postern
