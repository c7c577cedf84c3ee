// SPDX-License-Identifier: Apache-2.0
#include "deliver/batch.h"

#include "base/strings.h"
#include "wording/delivery.h"

namespace postern {
namespace {

// Two addresses whose difference the delivery could see must not share it.
class Company {
public:
    Company(const Engine& engine, const Scope& scope, const AddressItem& first)
        : engine_(engine), scope_(scope), first_(first), transport_(*first.transport) {
        same_local_part_ = first.kind == AddressKind::file || first.kind == AddressKind::pipe ||
                           private_options_mention(transport_, "local_part");
        same_domain_ = private_options_mention(transport_, "domain");
    }

    // Evaluates batch_id for the first address; false: no batching at all.
    bool begin(const Expandable* batch_id) {
        if (!batch_id || !*batch_id) return true;
        batch_id_ = batch_id;
        return expand_id(first_, id_);
    }

    bool admits(const AddressItem& next) {
        if (next.transport != first_.transport || next.is_pfr() != first_.is_pfr()) return false;
        if ((next.kind == AddressKind::file) != (first_.kind == AddressKind::file)) return false;
        if (same_local_part_ && text_of(next) != text_of(first_)) return false;
        if (same_domain_ && next.domain != first_.domain) return false;
        if (next.props.errors_address != first_.props.errors_address) return false;
        if (next.props.added_headers != first_.props.added_headers) return false;
        if (next.props.removed_headers != first_.props.removed_headers) return false;
        if (!same_identity(next)) return false;
        if (next.host_text != first_.host_text) return false;
        if (!batch_id_) return true;
        std::string id;
        return expand_id(next, id) && id == id_;
    }

private:
    // Deliberately stricter than Exim, which forgets home and working directory: two users never share a delivery that
    // would run in the first one's home (docs/differences.md, D-batch-home).
    bool same_identity(const AddressItem& next) const {
        if (!transport_.options.user.set() && (next.uid != first_.uid || next.initgroups != first_.initgroups))
            return false;
        if (!transport_.options.group.set() && next.gid != first_.gid) return false;
        if (!transport_.options.home_directory && next.home != first_.home) return false;
        if (!transport_.options.current_directory && next.current_directory != first_.current_directory) return false;
        return true;
    }

    static const std::string& text_of(const AddressItem& item) {
        return item.is_pfr() ? item.address : item.local_part;
    }

    bool expand_id(const AddressItem& item, std::string& into) {
        const AddressScope address = address_scope(item);
        Scope scope = scope_;
        scope.address = &address;
        Expansion value = engine_.expander.expand(*batch_id_, scope);
        if (!value) {
            engine_.log.main_and_panic(
                wording::batch_id_not_expanded(transport_.name, item.address, value.error().message));
            return false;
        }
        into = std::move(value->bytes);
        return true;
    }

    const Engine& engine_;
    const Scope& scope_;
    const AddressItem& first_;
    const TransportInstance& transport_;
    bool same_local_part_ = false, same_domain_ = false;
    const Expandable* batch_id_ = nullptr;
    std::string id_;
};

Batching batching_of(const Engine& engine, const TransportInstance& transport) {
    const TransportDriver* driver = engine.drivers.transport(transport.driver->name);
    return driver && driver->batching ? driver->batching(transport) : Batching{};
}

}  // namespace

bool private_options_mention(const TransportInstance& transport, std::string_view name) {
    for (const OptionRow& row : transport.driver->options) {
        if (row.shape != ValueShape::string) continue;
        const std::string text = row.print(transport.private_options.get(), row.name);
        const std::size_t value = text.find('=');
        if (value == std::string::npos) continue;
        for (std::size_t at = text.find(name, value); at != std::string::npos; at = text.find(name, at + 1)) {
            const char before = text[at - 1];
            const char after = at + name.size() < text.size() ? text[at + name.size()] : '\0';
            if ((before == '$' || before == '{') && !is_alnum(after)) return true;
        }
    }
    return false;
}

std::vector<AddressItem*> take_batch(const Engine& engine, const Scope& message_scope, AddressChain& chain,
                                     const std::function<bool(const AddressItem&)>& apart) {
    AddressItem* first = chain.front();
    chain.pop_front();
    std::vector<AddressItem*> batch{first};
    const Batching batching = batching_of(engine, *first->transport);
    if (batching.max <= 1 || chain.empty()) return batch;
    Company company(engine, message_scope, *first);
    if (!company.begin(batching.id)) return batch;
    for (auto next = chain.begin(); next != chain.end() && static_cast<std::int64_t>(batch.size()) < batching.max;) {
        if (!apart(**next) && company.admits(**next)) {
            batch.push_back(*next);
            next = chain.erase(next);
        } else {
            ++next;
        }
    }
    return batch;
}

}  // namespace postern
