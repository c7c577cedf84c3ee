// SPDX-License-Identifier: Apache-2.0
#include "expand/variables.h"

#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

TEST(Variables, without_an_address) {
    ExpansionWorld world;
    world.configuration.main.exim_user.uid = 102;
    world.configuration.main.exim_group.gid = 105;
    world.os.put_file("/proc/loadavg", "1.39 0.5 0.2 1/234 5678\n");
    constexpr ExpansionRow kRows[] = {
        {"$primary_hostname $qualify_domain $qualify_recipient $smtp_active_hostname",
         "mx.test.ex mx.test.ex mx.test.ex mx.test.ex"},
        {"$config_file $config_dir $initial_cwd", "/etc/postern/postern.conf /etc/postern /start"},
        {"$caller_uid $caller_gid $exim_uid $exim_gid $pid", "1000 1001 102 105 4711"},
        {"$local_part|$domain|$home|$router_name|$address_data|$local_user_uid", "|||||4294967295"},
        {"$tod_bsdinbox|$tod_epoch|$tod_epoch_l", "Sun Nov 22 03:52:18 2026|1795319538|1795319538123456"},
        {"$tod_full|$tod_log|$tod_logfile|$tod_zone|$tod_zulu",
         "Sun, 22 Nov 2026 03:52:18 +0000|2026-11-22 03:52:18|20261122|+0000|20261122035218Z"},
        {"$message_size $message_body_size $body_linecount $received_count $recipients_count $message_age",
         "244 24 2 0 0 0"},
        {"$sender_address $sender_address_local_part $sender_address_domain", "s@send.ex s send.ex"},
        {"$localhost_number $runrc $inode $load_average $return_size_limit", "0 0 0 1390 102400"},
        {"$tls_in_cipher|$tls_bits|$prdr_requested|$interface_port|$dkim_domain|$rcpt_count", "|0|no|-1||0"},
        {"$message_smtputf8 $version_number", "no 4.96"},
        {"$acl_m0|$acl_c_x|$r_x", "||"},
        {"${if def:acl_m0{y}{n}}${if def:primary_hostname{y}{n}}", "ny"},
    };
    world.expect_rows(kRows);
}

TEST(Variables, of_the_address) {
    ExpansionWorld world;
    RoutingData routing;
    routing.address_data = "data";
    routing.domain_data = "dd";
    routing.variables["r_x"] = tainted_text("rx");
    AddressScope address;
    address.local_part = tainted_text("joe");
    address.domain = tainted_text("x.ex");
    address.local_part_prefix = "pre-";
    address.home = "/home/joe";
    address.routing = &routing;
    address.local_user_uid = 1234;
    address.router_name = "r1";
    address.transport_name = "t1";
    world.scope.address = &address;
    world.scope.return_path = "rp@x";
    world.scope.inode = 77;
    constexpr ExpansionRow kRows[] = {
        {"$local_part_prefix$local_part@$domain $home", "pre-joe@x.ex /home/joe"},
        {"$address_data $domain_data $r_x $r_y|", "data dd rx |"},
        {"$router_name $transport_name $local_user_uid $local_user_gid", "r1 t1 1234 4294967295"},
        {"$return_path $inode", "rp@x 77"},
    };
    world.expect_rows(kRows);
    EXPECT_FALSE(world.expand("$home$local_part_prefix")->tainted);
    for (const std::string_view name : {"$local_part", "$domain", "$r_x", "$return_path"})
        EXPECT_TRUE(world.expand(name)->tainted) << name;
}

TEST(Variables, body_and_sizes) {
    ExpansionWorld world;
    world.configuration.main.message_body_visible.value = 10;
    EXPECT_EQ(world.shown("$message_body|$message_body_end"), "Body line |dy line 2 ");
    world.configuration.main.message_body_newlines = true;
    EXPECT_EQ(world.shown("$message_body_end"), "dy line 2\n");
    world.scope.message_size_override = 4321;
    world.scope.message_linecount_override = 99;
    EXPECT_EQ(world.shown("$message_size $message_linecount"), "4321 99");
    world.scope.message = nullptr;
    EXPECT_EQ(world.shown("[$message_body$h_to:$sender_address] $message_body_size"), "[] 0");
}

TEST(Variables, acl_variables) {
    ExpansionWorld world;
    world.message.acl_variables = {{"m0", "zero", false}, {"c_foo", "foo", true}};
    EXPECT_EQ(world.shown("$acl_m0 $acl_c_foo $acl_m1|"), "zero foo |");
    EXPECT_TRUE(world.expand("$acl_c_foo")->tainted);
    world.configuration.main.strict_acl_vars = true;
    EXPECT_EQ(world.shown("$acl_m0"), "zero");
    EXPECT_EQ(world.shown("$acl_m1"), "Failed: unknown variable name \"acl_m1\" (strict_acl_vars is set)");
    EXPECT_EQ(world.shown("${acl_m1}"), "Failed: unknown variable in \"${acl_m1}\" (strict_acl_vars is set)");
    EXPECT_EQ(world.shown("${if def:acl_m1{y}{n}}"),
              "Failed: unknown variable \"acl_m1\" after \"def:\" (strict_acl_vars is set)");
}

TEST(Variables, sending_host) {
    struct Case {
        std::string_view name, host_name, address, helo, ident, want_full, want_received;
    };
    constexpr Case kCases[] = {
        {"local", "", "", "h", "joe", "", ""},
        {"address only", "", "1.2.3.4", "", "", "[1.2.3.4]", "[1.2.3.4]"},
        {"helo", "", "1.2.3.4", "h.ex", "", "(h.ex) [1.2.3.4]", "[1.2.3.4] (helo=h.ex)"},
        {"helo is the address", "", "1.2.3.4", "[1.2.3.4]", "", "[1.2.3.4]", "[1.2.3.4]"},
        {"same names", "h.ex", "1.2.3.4", "H.ex", "", "h.ex [1.2.3.4]", "h.ex ([1.2.3.4])"},
        {"everything", "n.ex", "1.2.3.4", "h.ex", "joe", "n.ex (h.ex) [1.2.3.4]",
         "n.ex ([1.2.3.4] helo=h.ex ident=joe)"},
    };
    ExpansionWorld world;
    for (const Case& c : kCases) {
        world.message.host_name = c.host_name;
        world.message.host_address = c.address;
        world.message.helo_name = c.helo;
        world.message.ident = c.ident;
        EXPECT_EQ(world.shown("$sender_fullhost"), c.want_full) << c.name;
        EXPECT_EQ(world.shown("$sender_rcvhost"), c.want_received) << c.name;
    }
}

}  // namespace
}  // namespace postern
