// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include "support/delivery_world.h"
#include "transports/all.h"
#include "transports/autoreply_options.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using O = AutoreplyOptions;
using Change = std::function<void(O&)>;

Expandable text(std::string source) { return {std::move(source), true, {}}; }

const TransportDriver& autoreply() {
    for (const TransportDriver* driver : all_transports())
        if (driver->description.name == "autoreply") return *driver;
    std::abort();
}

struct Answering : DeliveryWorld {
    explicit Answering(const Change& change = [](O&) {}) {
        const auto error = use<O>(autoreply(), [&](O& o) {
            o.to = text("$sender_address");
            o.text = text("hello");
            change(o);
        });
        EXPECT_EQ(error.text, "");
    }
    AddressReport run() {
        DeliveryReport report = deliver();
        EXPECT_EQ(report.addresses.size(), 1u);
        body_fd.reset();
        EXPECT_EQ(fake.open_descriptors(), 0u);
        return report.addresses.front();
    }
    std::string reply() {
        const AddressReport report = run();
        EXPECT_EQ(report.outcome.verdict, Verdict::ok) << report.outcome.message;
        return report.reply ? report.reply->text : "none";
    }
    void sent(const AddressReport& report) {
        DeliveryContext given = context();
        EXPECT_TRUE(transport->message_sent(given, report.reply->memo));
        body_fd.reset();
    }
    void header(HeaderType type, const std::string& line) { message.headers.push_back({type, line}); }
};

TEST(Autoreply, HeadersInOrder) {
    Answering world([](O& o) {
        o.from = text("joe@test.ex");
        o.reply_to = text("r@test.ex");
        o.cc = text("c@test.ex");
        o.bcc = text("b@test.ex");
        o.subject = text("Re: $h_subject:");
        o.headers = text("X-A: 1\nX-B: 2");
    });
    world.header(HeaderType::message_id, "Message-ID: <m@b> (comment)\n");
    EXPECT_EQ(world.reply(),
              "From: joe@test.ex\nReply-To: r@test.ex\nTo: ann@test.ex\nCc: c@test.ex\nBcc: b@test.ex\nSubject: Re: x\n"
              "In-Reply-To: <m@b>\nReferences: <m@b>\nAuto-Submitted: auto-replied\nX-A: 1\nX-B: 2\n\nhello\n");
}

// What a stranger wrote can neither add a line nor take one away.
TEST(Autoreply, HostileHeaders) {
    const std::string kLines[] = {
        "Message-ID:\n",
        "Message-ID: \n \n",
        "Message-ID: <a@b>\r\n\r\nX-Evil: 1\n",
        "Message-ID: (\n",
        "Message-ID: <a\n X-Evil: 1@b>\n",
        "Message-ID: " + std::string(60'000, 'a') + "\n",
    };
    for (const std::string& line : kLines) {
        Answering world([](O& o) { o.subject = text("Re: $h_subject: $rh_x-mine:"); });
        world.header(HeaderType::message_id, line);
        world.header(HeaderType::other, "X-Mine: =?utf-8?Q?=0ABcc:_x@y?=\n");
        world.header(HeaderType::other, "References: <r@b>\n <" + std::string(5000, 'x') + "@b>\n");
        const std::string reply = world.reply();
        EXPECT_THAT(reply, HasSubstr("\nAuto-Submitted: auto-replied\n\nhello\n"));
        EXPECT_THAT(reply, Not(HasSubstr("Evil: 1\n"))) << line;
        EXPECT_THAT(reply, Not(HasSubstr("\nBcc:"))) << line;
        EXPECT_THAT(reply, HasSubstr("\nReferences: <r@b>"));
    }
}

// Lines of the reply that are about addresses, as they are written.
std::vector<std::string> address_lines(const std::string& reply) {
    std::vector<std::string> out;
    std::istringstream in(reply.substr(0, reply.find("\n\n")));
    for (std::string line; std::getline(in, line);)
        for (const char* name : {"From:", "Reply-To:", "To:", "Cc:", "Bcc:"})
            if (line.starts_with(name)) out.push_back(line);
    return out;
}

// D-autoreply-addresses: a field without a mailbox is not written; an empty To: is Exim's form.
TEST(Autoreply, EveryAddressFieldHasAMailbox) {
    for (const char* value : {"", " ", "J\xf6rg", "<bad", "((", ",,,", ":;", "Nobody:;", "<>", "\n", "a@b\nBcc: c@d",
                              "\"a", "@", "(only a comment)"}) {
        Answering world([](O& o) {
            o.from = o.reply_to = o.cc = text("$rh_x-mine:");
            o.to = text("$sender_address");
            o.headers = text("Cc: <bad\nTo: Nobody <");
        });
        world.header(HeaderType::other, std::string("X-Mine: ") + value + "\n");
        for (const std::string& line : address_lines(world.reply()))
            EXPECT_TRUE(line == "To: ann@test.ex" || line == "Cc: Nobody:;") << value << ": " << line;
    }
    Answering world([](O& o) {
        o.to = text("<bad");
        o.cc = text("c@test.ex");
    });
    EXPECT_THAT(address_lines(world.reply()), ElementsAre("To: ", "Cc: c@test.ex"));
}

TEST(Autoreply, RecipientsInHeaders) {
    const struct {
        const char *name, *headers, *never;
        std::vector<std::string> want;
    } kCases[] = {
        {"as it is", "Cc:  Good <a@b> ,c@d", "", {"To: ann@test.ex", "Cc:  Good <a@b> ,c@d"}},
        {"one is bad", "X-A: 1\nCc: a@b, so bad, c@d\nX-B: 2", "", {"To: ann@test.ex", "Cc: a@b, c@d"}},
        {"all are bad", "Cc: <bad\nBcc: a@b", "", {"To: ann@test.ex", "Bcc: a@b"}},
        {"behind a blank line", "Cc: a@b,\n\n <bad", "", {"To: ann@test.ex", "Cc: a@b"}},
        {"never_mail", "Cc: a@b, c@d\nTo: x@y", "c@d : x@y", {"To: ann@test.ex", "Cc: a@b"}},
        {"never_mail behind a bad one", "Cc: so bad, c@d", "c@d", {"To: ann@test.ex"}},
        {"nobody in a group", "To: Nobody:;", "", {"To: ann@test.ex", "To: Nobody:;"}},
    };
    for (const auto& c : kCases) {
        Answering world([&](O& o) {
            o.headers = text(c.headers);
            o.never_mail = text(c.never);
        });
        const std::string reply = world.reply();
        EXPECT_EQ(address_lines(reply), c.want) << c.name;
        EXPECT_EQ(reply.find("X-B: 2\n") != std::string::npos, std::string_view(c.name) == "one is bad") << c.name;
    }
}

// Whoever the reply would go to counts, not only To:.
TEST(Autoreply, LoopsThroughOtherRecipients) {
    const struct {
        const char* name;
        Change change;
        const char* want;
    } kCases[] = {
        {"cc", [](O& o) { o.cc = text("x@b, MAILER-DAEMON@b"); }, "no reply: system address"},
        {"bcc", [](O& o) { o.bcc = text("owner-x@b"); }, "no reply: system address"},
        {"a copy for oneself", [](O& o) { o.bcc = text("joe@test.ex"); }, ""},
        {"nobody else", [](O& o) { o.to = text("joe@test.ex"); }, "no reply: own address"},
        {"headers", [](O& o) { o.headers = text("Cc: list-bounces+x=y@b"); }, "no reply: system address"},
        {"nobody special", [](O& o) { o.cc = text("x@b"); }, ""},
        {"not protected",
         [](O& o) {
             o.cc = text("MAILER-DAEMON@b");
             o.loop_protection = false;
         },
         ""},
    };
    for (const auto& c : kCases) {
        Answering world(c.change);
        const AddressReport report = world.run();
        EXPECT_EQ(report.confirmation, c.want) << c.name;
        EXPECT_EQ(report.reply.has_value(), *c.want == 0) << c.name;
    }
}

// D-autoreply-once-order: the log tells one from the other.
TEST(Autoreply, WhyNoSecondReply) {
    const struct {
        const char* claimer;
        const char* want;
    } kCases[] = {{"", "\n  previously sent to ann@b\n"},
                  {"\1other\1", "\n  not sent to ann@b: another message is about to be answered\n"}};
    for (const auto& c : kCases) {
        Answering world([](O& o) {
            o.to = text("ann@b");
            o.log = text("/home/joe/log");
            o.once = text("/home/joe/once");
            o.once_file_size.value = 1000;
        });
        const auto now = static_cast<std::uint64_t>(world.clock.now().seconds);
        std::string record(8, '\0');
        std::memcpy(record.data(), &now, record.size());
        world.fake.put_file("/home/joe/once", record + c.claimer + "ann@b" + std::string(1, '\0'), 0600, 1000, 1000);
        const AddressReport report = world.run();
        EXPECT_EQ(report.outcome.verdict, Verdict::ok);
        EXPECT_FALSE(report.reply);
        EXPECT_TRUE(world.fake.content("/home/joe/log").ends_with(c.want)) << world.fake.content("/home/joe/log");
    }
}

// D-autoreply-lists: nobody is mailed by mistake, nor forgotten, and `once` is not touched.
TEST(Autoreply, ListsThatCannotBeRead) {
    const Change kCases[] = {
        [](O& o) { o.never_mail = text("lsearch;/none"); },
        [](O& o) { o.personal_addresses = text("lsearch;/none"); },
        [](O& o) { o.personal_addresses = text("${nosuch:x}"); },
        [](O& o) {
            o.personal_addresses = text("lsearch;/none");
            o.loop_protection = false;
            o.personal = true;
        },
    };
    for (const Change& change : kCases) {
        Answering world([&](O& o) {
            change(o);
            o.once = text("/home/joe/once");
            o.once_file_size.value = 100;
        });
        const AddressReport report = world.run();
        EXPECT_EQ(report.outcome.verdict, Verdict::defer);
        EXPECT_THAT(report.outcome.message, HasSubstr("of t1 transport: "));
        EXPECT_FALSE(report.reply);
        EXPECT_FALSE(world.fake.exists("/home/joe/once"));
    }
}

TEST(Autoreply, ForcedFailureNamesNobody) {
    Answering world([](O& o) { o.personal_addresses = text("${if eq{a}{b}{x}fail}"); });
    EXPECT_NE(world.reply(), "none");
}

TEST(Autoreply, NobodyToAnswer) {
    for (const char* to : {"", "$h_nothing:", "<>", "a@b\nBcc: c@d", "((("}) {
        Answering world([&](O& o) { o.to = text(to); });
        EXPECT_EQ(world.reply(), "none") << to;
    }
    Answering dry;
    dry.message.dont_deliver = true;
    DeliveryContext given = dry.context();
    given.dont_deliver = true;
    EXPECT_FALSE(dry.transport->deliver(given).addresses.front().reply);
}

TEST(Autoreply, Verdicts) {
    const struct {
        const char* name;
        Change change;
        Verdict want;
        int want_code;
        std::string want_message;
    } kCases[] = {
        {"expansion", [](O& o) { o.from = text("${nosuch:x}"); }, Verdict::fail, 0,
         "Expansion of \"${nosuch:x}\" failed in t1 transport: unknown expansion operator \"nosuch\""},
        {"control in a name", [](O& o) { o.file = text("/a\nb"); }, Verdict::fail, 0,
         "Expansion of \"/a\\nb\" in t1 transport contains non-printing character 10"},
        {"interval", [](O& o) { o.once_repeat = text("1"); }, Verdict::fail, 0,
         "Invalid time value \"1\" for \"once_repeat\" in t1 transport"},
        {"never_mail", [](O& o) { o.never_mail = text("${nosuch:x}"); }, Verdict::fail, 0,
         "Failed to expand \"${nosuch:x}\" for \"never_mail\" in t1 transport"},
        {"no file", [](O& o) { o.file = text("/none"); }, Verdict::defer, ENOENT,
         "Failed to open file /none when sending message from t1 transport: No such file or directory"},
        {"tainted file", [](O& o) { o.file = text("/$local_part"); }, Verdict::defer, EACCES,
         "Tainted '/joe' (file for t1 transport) not permitted"},
        {"tainted log", [](O& o) { o.log = text("/$local_part"); }, Verdict::defer, EACCES,
         "Tainted '/joe' (logfile for t1 transport) not permitted"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        Answering world(c.change);
        const AddressReport report = world.run();
        EXPECT_EQ(report.outcome.verdict, c.want);
        EXPECT_EQ(report.outcome.code, c.want_code);
        EXPECT_EQ(report.outcome.message, c.want_message);
        EXPECT_FALSE(report.reply);
    }
}

// D-autoreply-file
TEST(Autoreply, FilesThatAreNone) {
    Answering world([](O& o) { o.file = text("/home/joe"); });
    EXPECT_EQ(world.run().outcome.code, EINVAL);
    Answering optional([](O& o) {
        o.file = text("/home/joe");
        o.file_optional = true;
    });
    EXPECT_THAT(optional.reply(), HasSubstr("\n\nhello\n"));
}

// D-autoreply-size
TEST(Autoreply, WhatIsTooLongForMemory) {
    Answering world([](O& o) { o.return_message = true; });
    world.configuration.main.bounce_return_size_limit.value = 0;
    const std::string line = "0123456789abcde\n";
    std::string body;
    while (body.size() <= (9U << 20)) body += line;
    world.set_body(body);
    const std::string reply = world.reply();
    EXPECT_THAT(reply.substr(0, 1000), HasSubstr("------ The body of the message is 9437"));
    EXPECT_TRUE(reply.ends_with("\n\n" + body.substr(0, 8U << 20)));

    Answering file([](O& o) { o.file = text("/etc/answer"); });
    file.fake.put_file("/etc/answer", std::string((16U << 20) + 1, 'x'));
    EXPECT_EQ(file.run().outcome.code, EFBIG);
}

// D-autoreply-mime
TEST(Autoreply, SaysWhatItsTextIs) {
    const struct {
        std::string headers;
        bool mime;
        std::string want;
    } kCases[] = {
        {"", true,
         "Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
         "Content-Transfer-Encoding: 8bit\n\ncaf\xc3\xa9\n"},
        {"", false, "Auto-Submitted: auto-replied\n\ncaf\xc3\xa9\n"},
        {"X-A: 1\nContent-Type: text/html", true, "X-A: 1\nContent-Type: text/html\n\ncaf\xc3\xa9\n"},
    };
    for (const auto& c : kCases) {
        Answering world([&](O& o) {
            o.text = text("caf\xc3\xa9");
            o.mime = c.mime;
            if (!c.headers.empty()) o.headers = text(c.headers);
        });
        EXPECT_THAT(world.reply(), testing::EndsWith(c.want));
    }
}

TEST(Autoreply, FileLinesAreExpandedEachForItself) {
    Answering world([](O& o) {
        o.file = text("/etc/answer");
        o.file_expand = true;
    });
    world.fake.put_file("/etc/answer", "one ${nosuch:x}\nto $local_part\nend");
    EXPECT_TRUE(world.reply().ends_with("\n\nhello\none ${nosuch:x}\nto joe\nend"));
}

TEST(Autoreply, LogIsWrittenWhenTheReplyIsSafe) {
    Answering world([](O& o) { o.log = text("/home/joe/log"); });
    const AddressReport report = world.run();
    EXPECT_FALSE(world.fake.exists("/home/joe/log"));
    world.sent(report);
    EXPECT_EQ(world.fake.content("/home/joe/log"), "2026-11-22 03:52:18\n  To: ann@test.ex\n");
    for (const char* rubbish : {"", "x", "\xff\xff\xff\xff"}) {
        DeliveryContext given = world.context();
        EXPECT_TRUE(world.transport->message_sent(given, rubbish));
    }
    EXPECT_EQ(world.fake.content("/home/joe/log"), "2026-11-22 03:52:18\n  To: ann@test.ex\n");
}

// A filter's reply brings everything along; options are not looked at, but for never_mail.
TEST(Autoreply, DataOfTheAddress) {
    Answering world([](O& o) {
        o.from = text("${nosuch:x}");
        o.never_mail = text("b@test.ex");
    });
    ReplyData data;
    data.to = "a@test.ex, b@test.ex";
    data.subject = "from the filter";
    data.text = "text";
    world.redirect_to(">a@test.ex,b@test.ex", AddressKind::reply, true).reply = std::make_shared<const ReplyData>(data);
    EXPECT_EQ(world.reply(), "To: a@test.ex\nSubject: from the filter\nAuto-Submitted: auto-replied\n\ntext\n");
}

// What a filter's author makes of a message is no better than what an option makes of it.
TEST(Autoreply, HostileDataOfTheAddress) {
    Answering world;
    ReplyData data;
    data.to = "a@test.ex,\n\nb@test.ex";
    data.from = "J\xc3\xb6rg <joe@test.ex>\r\n";
    data.reply_to = "<bad";
    data.cc = "c@test.ex\nX-Evil: 1";
    data.subject = "hello\nX-Evil: 1";
    world.redirect_to(">a@test.ex", AddressKind::reply, true).reply = std::make_shared<const ReplyData>(data);
    EXPECT_EQ(world.reply(),
              "From: =?UTF-8?Q?J=C3=B6rg?= <joe@test.ex>\nTo: a@test.ex, b@test.ex\nSubject: hello X-Evil: 1\n"
              "Auto-Submitted: auto-replied\n\n");
}

TEST(Autoreply, ReportsCrossThePipeWhole) {
    DeliveryReport report;
    AddressReport& address = report.addresses.emplace_back();
    address.outcome.verdict = Verdict::ok;
    address.reply = ReplyOrder{std::string(300'000, 'x'), "memo"};
    const DeliveryReport::Decoded decoded = DeliveryReport::decode(report.encode());
    EXPECT_TRUE(decoded.complete);
    EXPECT_EQ(decoded.report.addresses, report.addresses);
}

}  // namespace
}  // namespace postern
