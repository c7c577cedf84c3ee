// SPDX-License-Identifier: Apache-2.0
#include "driver/address_item.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

class AddressItemTest : public testing::Test {
protected:
    AddressItem& item(const std::string& address, AddressItem* parent = nullptr) {
        if (parent) return make_child(pool, *parent, tainted_text(address), AddressKind::mailbox);
        AddressItem& made = pool.make();
        made.address = address;
        split_item(made);
        return made;
    }
    AddressPool pool;
};

TEST_F(AddressItemTest, Split) {
    struct Case {
        const char *address, *want_cc, *want_lc, *want_domain;
    };
    for (const Case& c :
         {Case{"Joe@Example.COM", "Joe", "joe", "example.com"}, Case{"\"a @ B\"@x", "a @ B", "a @ b", "x"},
          Case{"@x", "", "", "x"}, Case{"Unqualified", "Unqualified", "unqualified", ""}}) {
        const AddressItem& split = item(c.address);
        EXPECT_EQ(split.local_part_cc, c.want_cc) << c.address;
        EXPECT_EQ(split.local_part_lc, c.want_lc) << c.address;
        EXPECT_EQ(split.domain, c.want_domain) << c.address;
    }
}

TEST_F(AddressItemTest, ChildrenInherit) {
    AddressItem& parent = item("a@b");
    parent.props.ignore_error = true;
    parent.props.routing.address_data = Text("data");
    parent.dsn_flags = 4;
    parent.onetime_parent = "top@b";
    const AddressItem& child = make_child(pool, parent, "c@D", AddressKind::mailbox);
    const AddressItem& file = make_child(pool, parent, "/a/b", AddressKind::file);
    EXPECT_EQ(parent.child_count, 2);
    EXPECT_EQ(&child.top(), &parent);
    EXPECT_EQ(child.domain, "d");
    EXPECT_TRUE(child.props.ignore_error);
    EXPECT_EQ(child.props.routing.address_data.bytes, "data");
    EXPECT_EQ(child.dsn_flags, 4U);
    EXPECT_EQ(child.onetime_parent, "top@b");
    EXPECT_TRUE(file.is_pfr());
    EXPECT_EQ(file.local_part, "/a/b");
    EXPECT_EQ(file.domain, "b");
}

TEST_F(AddressItemTest, ScopeOfOneAddress) {
    AddressItem& top = item("Top@One");
    AddressItem& middle = item("Mid@two", &top);
    AddressItem& last = item("pre-Joe+suf@three", &middle);
    last.local_part = "joe";
    last.prefix = "pre-";
    last.suffix = "+suf";
    last.suffix_v = "suf";
    last.suffix_tainted = true;
    last.home = "/h";
    const AddressScope scope = address_scope(last);
    EXPECT_EQ(scope.local_part, tainted_text("joe"));
    EXPECT_EQ(scope.domain, tainted_text("three"));
    EXPECT_EQ(scope.local_part_prefix, Text("pre-"));
    EXPECT_EQ(scope.local_part_suffix, tainted_text("+suf"));
    EXPECT_EQ(scope.local_part_suffix_v, tainted_text("suf"));
    EXPECT_EQ(scope.original_local_part, tainted_text("top"));
    EXPECT_EQ(scope.original_domain, tainted_text("one"));
    EXPECT_EQ(scope.parent_local_part, tainted_text("mid"));
    EXPECT_EQ(scope.parent_domain, tainted_text("two"));
    EXPECT_TRUE(scope.home.empty());  // still to be expanded
    last.home_expanded = true;
    EXPECT_EQ(address_scope(last).home, Text("/h"));
    EXPECT_EQ(scope.routing, &last.props.routing);
}

TEST_F(AddressItemTest, AnAddressIsAsCleanAsItsText) {
    AddressItem& top = item("top@one");
    AddressItem& middle = make_child(pool, top, "mid@two", AddressKind::mailbox);
    AddressItem& last = make_child(pool, middle, "last@three", AddressKind::mailbox);
    const AddressScope scope = address_scope(last);
    EXPECT_EQ(scope.local_part, Text("last"));
    EXPECT_EQ(scope.domain, Text("three"));
    EXPECT_EQ(scope.parent_local_part, Text("mid"));
    EXPECT_EQ(scope.parent_domain, Text("two"));
    EXPECT_EQ(scope.original_local_part, tainted_text("top"));
    EXPECT_EQ(scope.original_domain, tainted_text("one"));
    const AddressScope of_file = address_scope(make_child(pool, last, tainted_text("/f"), AddressKind::file));
    EXPECT_EQ(of_file.local_part, Text("last"));
    EXPECT_EQ(of_file.domain, Text("three"));
    EXPECT_EQ(of_file.address_file, tainted_text("/f"));
    EXPECT_EQ(batch_scope({&last, &make_child(pool, middle, "x@three", AddressKind::mailbox)}).domain, Text("three"));
    EXPECT_EQ(batch_scope({&last, &item("x@three", &middle)}).domain, tainted_text("three"));
}

TEST_F(AddressItemTest, OriginalLocalPartKeepsItsCaseIfTheRouterDoes) {
    RouterInstance router;
    router.options.caseful_local_part = true;
    AddressItem& top = item("Top@One");
    top.router = &router;
    EXPECT_EQ(address_scope(item("a@b", &top)).original_local_part.bytes, "Top");
}

TEST_F(AddressItemTest, ScopeOfADeliveryHasItsParentsLocalPart) {
    AddressItem& parent = item("joe@b");
    const AddressItem& pipe = make_child(pool, parent, tainted_text("|cmd"), AddressKind::pipe);
    EXPECT_EQ(address_scope(pipe).local_part.bytes, "joe");
    EXPECT_EQ(address_scope(pipe).address_pipe, tainted_text("|cmd"));
    EXPECT_TRUE(address_scope(pipe).address_file.empty());
    const AddressItem& file = make_child(pool, parent, "/f", AddressKind::file);
    EXPECT_EQ(address_scope(file).address_file, Text("/f"));
}

TEST_F(AddressItemTest, ScopeOfABatch) {
    AddressItem& a = item("a@x");
    AddressItem& b = item("b@x");
    AddressItem& c = item("c@y");
    const AddressScope same = batch_scope({&a, &b});
    EXPECT_EQ(same.domain.bytes, "x");
    EXPECT_TRUE(same.local_part.empty());
    EXPECT_TRUE(same.original_domain.empty());
    EXPECT_EQ(same.routing, &a.props.routing);
    EXPECT_TRUE(batch_scope({&a, &c}).domain.empty());
    EXPECT_EQ(batch_scope({&c}).local_part.bytes, "c");
}

}  // namespace
}  // namespace postern
