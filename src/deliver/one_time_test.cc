// SPDX-License-Identifier: Apache-2.0
#include "deliver/one_time.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

class OneTime : public testing::Test {
protected:
    OneTime() {
        message_.recipients = {{.address = "other@x"}, {.address = "list@x"}};
        list_.address = list_.unique = "list@x";
    }
    AddressItem& child(const std::string& address, AddressKind kind = AddressKind::mailbox) {
        AddressItem& made = make_child(pool_, list_, address, kind);
        made.onetime_parent = "list@x";
        return made;
    }
    // Addresses behind the two that were there.
    std::vector<std::string> added() const {
        std::vector<std::string> out;
        for (std::size_t i = 2; i < message_.recipients.size(); ++i) out.push_back(message_.recipients[i].address);
        return out;
    }
    bool list_is_done() const { return message_.non_recipients.contains("list@x"); }

    Message message_;
    AddressPool pool_;
    AddressItem& list_ = pool_.make();
};

TEST_F(OneTime, WhatIsOpenBecomesARecipient) {
    AddressItem& open = child("a@x");
    (void)child("delivered@x");
    open.props.errors_address = "owner@x";
    keep_one_time_children(message_, {&open});
    ASSERT_EQ(added(), std::vector<std::string>{"a@x"});
    EXPECT_EQ(message_.recipients[2].errors_to, "owner@x");
    EXPECT_EQ(message_.recipients[2].parent, 1);
    EXPECT_TRUE(list_is_done());
}

// exim4 4.96: the one_time router's own child is kept, not what a later alias made of it.
TEST_F(OneTime, LaterAliasesAreLookedUpAgain) {
    AddressItem& alias = child("alias@x");
    AddressItem& open = make_child(pool_, alias, "b@x", AddressKind::mailbox);
    keep_one_time_children(message_, {&open});
    EXPECT_EQ(added(), std::vector<std::string>{"alias@x"});
}

TEST_F(OneTime, ARecipientIsNotAddedTwice) {
    keep_one_time_children(message_, {&child("other@x"), &child("a@x"), &child("a@x")});
    EXPECT_EQ(added(), std::vector<std::string>{"a@x"});
}

TEST_F(OneTime, AListWithAForbiddenFileStaysWhole) {
    keep_one_time_children(message_, {&child("a@x"), &child("/file", AddressKind::file)});
    EXPECT_TRUE(added().empty());
    EXPECT_FALSE(list_is_done());
}

TEST_F(OneTime, AnAncestorOfTheSameNameIsNotDone) {
    list_.unique = "\\0\\list@x";
    keep_one_time_children(message_, {&child("a@x")});
    EXPECT_FALSE(list_is_done());
}

TEST_F(OneTime, OtherListsAreLookedUpAgain) {
    AddressItem& open = make_child(pool_, list_, "a@x", AddressKind::mailbox);
    keep_one_time_children(message_, {&open});
    EXPECT_TRUE(added().empty());
    EXPECT_FALSE(list_is_done());
}

}  // namespace
}  // namespace postern
