// SPDX-License-Identifier: Apache-2.0
#include "deliver/address_text.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

// A little family: joe@x (recipient) -> list@x -> ann@x, and a file child.
class AddressText : public testing::Test {
protected:
    AddressText() {
        driver_.local = true;
        transport_.driver = &driver_;
        local_router_.options.log_as_local = {true, true};
    }
    AddressItem& item(const char* address, AddressItem* parent = nullptr) {
        AddressItem& made = pool_.make();
        made.address = address;
        made.parent = parent;
        const std::string text = address;
        const std::size_t at = text.rfind('@');
        if (at != std::string::npos) {
            made.local_part = text.substr(0, at);
            made.domain = text.substr(at + 1);
        }
        made.router = &router_;
        made.transport = &transport_;
        return made;
    }
    AddressPool pool_;
    DriverDescription driver_;
    TransportInstance transport_;
    RouterInstance router_, local_router_;
};

TEST_F(AddressText, PlainRecipientIsNamedOnce) { EXPECT_EQ(address_text(item("joe@x"), {.success = true}), "joe@x"); }

TEST_F(AddressText, LocalPartKeepsItsCaseAndDomainDoesNot) {
    AddressItem& joe = item("Joe@X.example");
    joe.local_part = "joe";
    joe.domain = "x.example";
    EXPECT_EQ(address_text(joe, {.success = true}), "joe@x.example <Joe@X.example>");
}

TEST_F(AddressText, AcceptLogsTheLocalPartOfSuccessesOnly) {
    AddressItem& joe = item("joe@x");
    joe.router = &local_router_;
    EXPECT_EQ(address_text(joe, {.success = true}), "joe <joe@x>");
    EXPECT_EQ(address_text(joe, {.success = false}), "joe@x");
}

TEST_F(AddressText, ChildNamesTheOriginalRecipient) {
    AddressItem& joe = item("joe@x");
    AddressItem& list = item("list@x", &joe);
    AddressItem& ann = item("ann@x", &list);
    EXPECT_EQ(address_text(list, {}), "list@x <joe@x>");
    EXPECT_EQ(address_text(ann, {}), "ann@x <joe@x>");
    EXPECT_EQ(address_text(ann, {.all_parents = true}), "ann@x (list@x) <joe@x>");
}

TEST_F(AddressText, FileChildNamesItsParent) {
    AddressItem& joe = item("joe@x");
    AddressItem& list = item("list@x", &joe);
    AddressItem& file = item("/var/archive", &list);
    file.kind = AddressKind::file;
    EXPECT_EQ(address_text(file, {.success = true}), "/var/archive (list@x) <joe@x>");
    file.logged_local_part = "rel/box";
    EXPECT_EQ(address_text(file, {.success = true}), "save rel/box (list@x) <joe@x>");
}

TEST_F(AddressText, OneTimeParentReplacesTheTop) {
    AddressItem& joe = item("joe@x");
    joe.onetime_parent = "list@x";
    EXPECT_EQ(address_text(joe, {.success = true}), "joe@x <list@x>");
}

TEST_F(AddressText, AffixesShowWhereTheTransportSentThem) {
    AddressItem& joe = item("pre-joe+s@x");
    joe.local_part = "joe";
    joe.prefix = "pre-";
    joe.suffix = "+s";
    EXPECT_EQ(address_text(joe, {}), "joe@x <pre-joe+s@x>");
    transport_.options.rcpt_include_affixes = true;  // alone says nothing: only BSMTP and LMTP name recipients
    EXPECT_EQ(address_text(joe, {}), "joe@x <pre-joe+s@x>");
    joe.logged_with_affixes = true;
    EXPECT_EQ(address_text(joe, {}), "pre-joe+s@x");
    joe.router = &local_router_;
    EXPECT_EQ(address_text(joe, {.success = true}), "pre-joe+s <pre-joe+s@x>");
}

}  // namespace
}  // namespace postern
