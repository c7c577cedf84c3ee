// SPDX-License-Identifier: Apache-2.0
#include "driver/write_plan.h"

#include <algorithm>

#include "base/strings.h"
#include "rewrite/rewrite.h"

namespace postern {
namespace {

constexpr std::size_t kLongestReturnPath = 256;  // as much of it as Exim writes

bool ends_line(const std::string& text) { return text.ends_with('\n'); }

// Does this item of a headers_remove list name the header line? "Name" matches the name, "Pre*" any line that begins
// so.
bool names_header(std::string_view item, std::string_view line) {
    if (item.empty()) return false;
    if (item.ends_with('*')) return istarts_with(line, item.substr(0, item.size() - 1));
    return header_is(line, item);
}

// One transport's headers_remove and the first address's list. Transport items are expanded when a header first gets as
// far as them, and only once: an item behind the one that matches is never expanded for that header.
class Removals {
public:
    Removals(DeliveryContext& context) : context_(context) {
        const HeaderRemovals& option = context.instance.options.headers_remove;
        if (option.set) sources_ = split_list_fixed(option.source, ':');
        const std::string& routed = context.batch.front()->props.removed_headers;
        if (!routed.empty()) routed_ = split_list_fixed(routed, ':');
    }

    tl::expected<bool, WritePlanFailure> removes(std::string_view line) {
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            if (i == items_.size()) {
                Expansion item = context_.expander.expand(sources_[i], context_.scope);
                if (!item && !item.error().forced) return tl::unexpected(WritePlanFailure{item.error().message});
                items_.push_back(item ? std::move(item->bytes) : std::string{});
            }
            if (names_header(items_[i], line)) return true;
        }
        return std::ranges::any_of(routed_, [&](const std::string& item) { return names_header(item, line); });
    }

private:
    DeliveryContext& context_;
    std::vector<std::string> sources_, items_, routed_;
};

// headers_rewrite for one copy of the message.
class HeaderRewriting {
public:
    HeaderRewriting(DeliveryContext& context)
        : context_(context),
          rules_(context.instance.options.headers_rewrite.rules),
          rewriter_(context.expander, context.configuration.main, context.rewrite_log) {}

    std::string operator()(const HeaderLine& line) {
        if (rules_.empty() || line.type == HeaderType::other) return line.text;
        const Message& message = context_.message;
        auto changed = rewriter_.rewrite_header(
            line, rules_, {message.allow_unqualified_sender, message.allow_unqualified_recipient}, context_.scope);
        return changed ? std::move(*changed) : line.text;
    }

private:
    DeliveryContext& context_;
    const std::vector<RewriteRule>& rules_;
    Rewriter rewriter_;
};

std::vector<std::string> first_lines(const DeliveryContext& context) {
    const TransportOptions& options = context.instance.options;
    std::vector<std::string> lines;
    if (options.return_path_add)
        lines.push_back("Return-path: <" + context.return_path.substr(0, kLongestReturnPath) + ">\n");
    if (options.envelope_to_add) lines.push_back("Envelope-to: " + envelope_to_list(context) + "\n");
    if (options.delivery_date_add) {
        const bool utc = iequals(context.configuration.main.timezone.value, "utc");
        lines.push_back("Delivery-date: " + full_date(context.clock.now(), utc) + "\n");
    }
    return lines;
}

// The transport's headers_add: one item a line of the option, each expanded, written as it is.
tl::expected<void, WritePlanFailure> append_transport_headers(DeliveryContext& context,
                                                              std::vector<std::string>& lines) {
    const HeaderAdditions& option = context.instance.options.headers_add;
    if (!option.set) return {};
    for (const std::string& item : split_list_fixed(option.source, '\n')) {
        Expansion line = context.expander.expand(item, context.scope);
        if (!line && !line.error().forced) return tl::unexpected(WritePlanFailure{line.error().message});
        if (!line || line->empty()) continue;
        if (!ends_line(line->bytes)) line->bytes += '\n';
        lines.push_back(std::move(line->bytes));
    }
    return {};
}

// Walks the batch and its duplicates; see envelope_to_list() in the header.
class EnvelopeTo {
public:
    explicit EnvelopeTo(const std::vector<const AddressItem*>* duplicates) : duplicates_(duplicates) {}

    void add(const AddressItem& item) {
        if (!first_time(visited_, &item)) return;
        const AddressItem* top = &item;
        for (const AddressItem* link = &item; link != nullptr; link = link->parent) {
            add_duplicates_of(*link);
            top = link;
        }
        if (!first_time(printed_, top)) return;
        if (!list.empty()) list += ",\n ";
        list += top->address;
    }
    std::string list;

private:
    using Seen = std::vector<const AddressItem*>;

    static bool first_time(Seen& seen, const AddressItem* item) {
        if (std::ranges::find(seen, item) != seen.end()) return false;
        seen.push_back(item);
        return true;
    }
    void add_duplicates_of(const AddressItem& item) {
        if (duplicates_ == nullptr) return;
        for (const AddressItem* duplicate : *duplicates_) {
            if (duplicate->duplicate_of == &item) add(*duplicate);
        }
    }

    const std::vector<const AddressItem*>* duplicates_;
    Seen visited_, printed_;
};

}  // namespace

std::string envelope_to_list(const DeliveryContext& context) {
    EnvelopeTo envelope(context.duplicates);
    for (const AddressItem* item : context.batch) envelope.add(*item);
    return std::move(envelope.list);
}

tl::expected<WritePlan, WritePlanFailure> make_write_plan(DeliveryContext& context, HeaderChanges* changes) {
    const TransportOptions& options = context.instance.options;
    WritePlan plan;
    plan.headers = !options.body_only;
    plan.body = !options.headers_only;
    if (!plan.headers) return plan;

    plan.first_lines = first_lines(context);
    Removals removals(context);
    HeaderRewriting rewriting(context);
    for (const HeaderLine& line : context.message.headers) {
        if (line.type == HeaderType::removed) continue;
        const auto removed = removals.removes(line.text);
        if (!removed) return tl::unexpected(removed.error());
        if (!*removed) plan.header_lines.push_back(rewriting(line));
        if (*removed && changes) changes->removed.push_back(line.text.substr(0, header_name_length(line.text)));
    }
    const std::size_t kept = plan.header_lines.size();
    const std::vector<std::string>& routed = context.batch.front()->props.added_headers;
    plan.header_lines.insert(plan.header_lines.end(), routed.begin(), routed.end());
    if (auto added = append_transport_headers(context, plan.header_lines); !added) return tl::unexpected(added.error());
    if (changes) {
        changes->added = plan.first_lines;
        changes->added.insert(changes->added.end(), plan.header_lines.begin() + static_cast<std::ptrdiff_t>(kept),
                              plan.header_lines.end());
    }
    return plan;
}

}  // namespace postern
