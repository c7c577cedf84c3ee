// SPDX-License-Identifier: Apache-2.0
#include "doctor/patient.h"

#include <gtest/gtest.h>

#include "support/doctor_world.h"

namespace postern {
namespace {

std::string format_of(World& w, const std::string& path) {
    const auto patient = find_patient(w.os, path, {});
    return patient ? std::string(name_of(patient->format)) : patient.error().to_string();
}

TEST(Patient, IsRecognisedByLooking) {
    World w;
    w.fake.put_file("/mbox", "From a Sun Nov 22 03:00:00 2026\n");
    w.fake.put_file("/empty", "");
    w.fake.put_file("/mbx", "*mbx*\r\nx");
    w.fake.put_file("/torn-mbx", "*mb");
    w.fake.put_file("/mmdf", "\1\1\1\1\nFrom a");
    w.fake.put_file("/other", "hello");
    w.fake.put_directory("/Maildir/cur");
    w.fake.put_directory("/Maildir/new");
    w.fake.put_file("/store/1.env", "x");
    w.fake.put_directory("/nothing");
    w.fake.put_symlink("/link", "/mbox");
    EXPECT_EQ(format_of(w, "/mbox"), "mbox");
    EXPECT_EQ(format_of(w, "/empty"), "mbox");
    EXPECT_EQ(format_of(w, "/mbx"), "mbx");
    EXPECT_EQ(format_of(w, "/torn-mbx"), "mbx");
    EXPECT_EQ(format_of(w, "/Maildir"), "maildir");
    EXPECT_EQ(format_of(w, "/store"), "mailstore");
    EXPECT_EQ(format_of(w, "/mmdf"), "look at /mmdf: " + wording::mailbox_is_mmdf());
    EXPECT_EQ(format_of(w, "/other"), "look at /other: " + wording::mailbox_format_unknown());
    EXPECT_EQ(format_of(w, "/nothing"), "look at /nothing: " + wording::mailbox_format_unknown());
    EXPECT_EQ(format_of(w, "/link"), "look at /link: " + wording::mailbox_is_link());
    EXPECT_FALSE(find_patient(w.os, "/mbox", MailboxFormat::maildir));
    EXPECT_FALSE(find_patient(w.os, "/Maildir", MailboxFormat::mbox));
}

TEST(Patient, PathIsResolvedButNotItsLastPart) {
    World w;
    w.fake.put_file("/var/spool/mail/joe", "");
    w.fake.put_symlink("/var/mail", "/var/spool/mail");
    w.fake.put_symlink("/var/spool/mail/ann", "/etc/passwd");
    EXPECT_EQ(*resolved_path(w.os, "/var/mail/joe"), "/var/spool/mail/joe");
    EXPECT_EQ(*resolved_path(w.os, "/var/mail/ann"), "/var/spool/mail/ann");
    EXPECT_EQ(*resolved_path(w.os, "/var//mail/joe//"), "/var/spool/mail/joe");
    EXPECT_EQ(*resolved_path(w.os, "/var/mail/."), "/var/spool/mail");
    EXPECT_FALSE(resolved_path(w.os, "/nowhere/joe"));
}

struct Owner {
    const char* path;
    std::optional<uid_t> want_uid;
    gid_t want_gid = 0;
};

TEST(Patient, RootBecomesTheOwner) {
    World w;
    w.fake.add_user("joe", 1000, 100, "/home/joe");
    w.fake.put_directory("/home/joe", 0755, 1000, 100);
    w.fake.put_directory("/home/joe/Maildir", 0700, 0, 0);
    w.fake.put_file("/home/joe/foreign", "", 0600, 1001, 1001);
    w.fake.put_file("/var/mail/joe", "", 0660, 1000, 8);
    w.fake.put_file("/var/mail/roots-group", "", 0660, 1000, 0);
    w.fake.put_file("/var/mail/root", "", 0600);
    for (const Owner& c :
         {Owner{"/home/joe/Maildir", 1000, 100}, Owner{"/home/joe/foreign", 1000, 100}, Owner{"/var/mail/joe", 1000, 8},
          Owner{"/var/mail/roots-group", 1000, 100}, Owner{"/var/mail/root", {}}}) {
        const auto identity = identity_for(w.os, c.path);
        ASSERT_TRUE(identity) << c.path;
        ASSERT_EQ(identity->has_value(), c.want_uid.has_value()) << c.path;
        if (!c.want_uid) continue;
        EXPECT_EQ((*identity)->uid, *c.want_uid) << c.path;
        EXPECT_EQ((*identity)->gid, c.want_gid) << c.path;
    }
    w.fake.run_as(1000, 100);
    EXPECT_FALSE(identity_for(w.os, "/var/mail/joe")->has_value());
}

TEST(Patient, NobodyGetsRootsGroup) {
    World w;
    w.fake.put_file("/var/mail/unknown", "", 0660, 4242, 0);
    EXPECT_FALSE(identity_for(w.os, "/var/mail/unknown"));
}

}  // namespace
}  // namespace postern
