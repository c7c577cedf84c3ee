// SPDX-License-Identifier: Apache-2.0
// support/expansion_world.h – an Expander with everything it looks at: a configuration with named lists, the files that
// the samples of spec expansion.md §11 and routing.md §12.2 name (under /d), a message with tainted texts.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "expand/expander.h"
#include "support/fake_clock.h"
#include "support/fake_os.h"
#include "support/fake_processes.h"

namespace postern {

struct ExpansionRow {
    std::string_view source, want;  // want as -be prints it: the value, or "Failed: why"
};

class ExpansionWorld : public BodyView {
public:
    ExpansionWorld() {
        configuration.file = "/etc/postern/postern.conf";
        configuration.directory = "/etc/postern";
        configuration.main.primary_hostname.value = "mx.test.ex";
        configuration.main.qualify_domain.value = "mx.test.ex";
        configuration.main.qualify_recipient.value = "mx.test.ex";
        configuration.main.timezone.value = "UTC";
        add_list(ListKind::domain, "local_domains", "test.ex : *.local.ex");
        add_list(ListKind::domain, "nested", "<; a.b ; c::d;; e ; +local_domains");
        add_list(ListKind::domain, "with_variable", "$qualify_domain : !other.ex");
        add_list(ListKind::domain, "circle", "+circle");
        add_list(ListKind::host, "some_hosts", "10.0.0.0/8 : 192.168.1.1");
        add_list(ListKind::address, "some_people", "joe@x.ex : *@y.ex");
        add_list(ListKind::local_part, "some_parts", "root : postm*");
        put_files();
        put_message();
        os.add_user("root", 0, 0, "/root");
        scope.message = &message;
        scope.body = this;
        make();
    }

    // Again, after changes to the configuration.
    void make() {
        expander = std::make_unique<Expander>(
            Expander::Environment{.configuration = &configuration,
                                  .os = &os,
                                  .clock = &clock,
                                  .processes = &processes,
                                  .panic_log = [this](const std::string& text) { panics.push_back(text); },
                                  .debug = {},
                                  .initial_cwd = "/start",
                                  .caller_uid = 1000,
                                  .caller_gid = 1001,
                                  .most_bytes = most_bytes,
                                  .most_steps = most_steps});
    }

    void add_list(ListKind kind, const std::string& name, const std::string& source) {
        NamedList list;
        list.name = name;
        list.source = source;
        configuration.lists[static_cast<std::size_t>(kind)].push_back(list);
    }

    [[nodiscard]] Expansion expand(std::string_view source) { return expander->expand(source, scope); }
    [[nodiscard]] std::string shown(std::string_view source) {
        const Expansion value = expand(source);
        return value ? value->bytes : "Failed: " + value.error().message;
    }
    template <std::size_t count>
    void expect_rows(const ExpansionRow (&rows)[count]) {
        for (const ExpansionRow& row : rows) EXPECT_EQ(shown(row.source), row.want) << row.source;
    }

    Result<std::string> read(std::int64_t offset, std::size_t count) const override {
        return body.substr(static_cast<std::size_t>(offset), count);
    }

    FakeClock clock;
    FakeOs os{clock};
    FakeProcesses processes{os};
    Configuration configuration;
    Message message;
    Scope scope;
    std::string body = "Body line 1\nBody line 2\n";
    std::vector<std::string> panics;
    std::size_t most_bytes = 1 << 20, most_steps = 200'000;
    std::unique_ptr<Expander> expander;

private:
    void put_files() {
        os.put_file("/d/LS",
                    "# comment\nalice: alice data\nbob   bob data with  spaces\ncarol : one,\n  two,\n\tthree\n\"quo "
                    "ted\": qq\n\"q:x\" qx\n"
                    "empty:\n*.wild.ex: wildval\nwild2.ex:  exact\n*: star\n*@star.ex: starat\n# end\ndave: d1\n# a "
                    "comment inside\n  d2\n\n  d3\n");
        os.put_file("/d/LSW", "^abc\\d+: regexval\n*.tail.ex: tailval\n\\N^x\\d+\\N: nregex\nplain: p\n*: dflt\n");
        os.put_file("/d/IP", "1.2.3.4: v4\n10.0.0.0/8: ten\n\"2001:db8::/32\": v6\n*: any\n");
        os.put_file("/d/RF", "line1\nline2\n");
        os.put_file("/d/RF2", "noeol");
        os.put_file("/d/rf", "hello");
        os.put_file("/d/rfmap", "rf: rf\n");
        os.put_file("/d/DL", "# c\n*.foo.ex\n  bar.ex   # trailing\n! neg.ex\n^re[0-9]\n");
        os.put_file("/d/AL", "# c\nab#c@x.ex\n cd@x.ex # comment\n!ef@x.ex\n*@y.ex\n");
        os.put_file("/d/AT", "y.ex: a:b:!c:^d : > z.ex\nz.ex: zz:*\nw.ex: > y.ex\n");
        os.put_file("/d/DIR/file1", "");
        os.put_directory("/d/DIR/sub");
        os.put_symlink("/d/DIR/dangling", "nowhere");
    }

    void put_message() {
        const auto add = [this](HeaderType type, const char* text) { message.headers.push_back({type, text}); };
        add(HeaderType::to, "To: me@test.ex, \"Q, x\" <you@test.ex>\n");
        add(HeaderType::cc, "Cc: c1@x.ex\n");
        add(HeaderType::cc, "Cc: c2@x.ex\n");
        add(HeaderType::other, "Subject: =?utf-8?Q?H=C3=A9llo?= world\n");
        add(HeaderType::other, "X-Multi: one\n");
        add(HeaderType::other, "X-Multi: two:2\n");
        add(HeaderType::other, "X-Fold: a\n\tb\n");
        add(HeaderType::other, "X-T: rf\n");
        add(HeaderType::other, "X-L: =?iso-8859-1?q?=E9?= b\n");
        add(HeaderType::other, "X-C: =?nosuch?q?a=E9?= b\n");
        add(HeaderType::removed, "X-Gone: old\n");
        add(HeaderType::reply_to, "Reply-To: rt@x.ex\n");
        message.sender = "s@send.ex";
        message.body_size = static_cast<std::int64_t>(body.size());
        message.body_linecount = 2;
    }
};

}  // namespace postern
