// SPDX-License-Identifier: Apache-2.0
#include "spool/variable_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace postern {
namespace {

using Emit = void (*)(std::string& out, std::string_view name, const Message& message);
using Store = bool (*)(Message& message, std::string_view value);  // false: malformed

struct Row {
    std::string_view name;
    Emit emit = nullptr;  // null: no member of Message, the line is kept as it is
    Store store = nullptr;
};

// --- writing ---

std::string_view prefix_of(std::string_view name, const Message& message) {
    const auto found = message.tainted_lines.find(name);
    return found == message.tainted_lines.end() ? std::string_view("-") : std::string_view(found->second);
}

void line(std::string& out, std::string_view name, const Message& message, std::string_view value) {
    out += prefix_of(name, message);
    out += name;
    if (!value.empty()) out += ' ';
    for (const char c : value) out += c == '\n' ? ' ' : c;
    out += '\n';
}

template <std::string Message::*Member>
void emit_text(std::string& out, std::string_view name, const Message& message) {
    if (!(message.*Member).empty()) line(out, name, message, message.*Member);
}
template <bool Message::*Member>
void emit_flag(std::string& out, std::string_view name, const Message& message) {
    if (message.*Member) line(out, name, message, {});
}
void emit_number(std::string& out, std::string_view name, std::int64_t value) {
    fmt::format_to(std::back_inserter(out), "-{} {}\n", name, value);
}

template <std::string Message::*Address, int Message::*Port>
void emit_address(std::string& out, std::string_view name, const Message& message) {
    if (!(message.*Address).empty()) line(out, name, message, fmt::format("[{}]:{}", message.*Address, message.*Port));
}

void emit_acl_variables(std::string& out, std::string_view name, const Message& message) {
    const char letter = name.back();  // aclc, aclm
    for (const StoredVariable& variable : message.acl_variables) {
        if (!variable.name.starts_with(letter)) continue;
        out += variable.tainted ? "--" : "-";
        if (!variable.quoted_for.empty()) out += "(" + variable.quoted_for + ")";
        fmt::format_to(std::back_inserter(out), "{} {} {}\n", name, std::string_view(variable.name).substr(1),
                       variable.value.size());
        out += variable.value;
        out += '\n';
    }
}

// --- reading ---

template <std::string Message::*Member>
bool store_text(Message& message, std::string_view value) {
    if (value.empty()) return false;
    message.*Member = value;
    return true;
}
template <bool Message::*Member>
bool store_flag(Message& message, std::string_view /*value*/) {
    message.*Member = true;
    return true;
}
template <auto Member>
bool store_number(Message& message, std::string_view value) {
    const auto number = parse_int(value);
    if (number) message.*Member = static_cast<std::remove_reference_t<decltype(message.*Member)>>(*number);
    return number.has_value();
}

// "[1.2.3.4]:25", or "1.2.3.4.25" of old.
template <std::string Message::*Address, int Message::*Port>
bool store_address(Message& message, std::string_view value) {
    const bool bracketed = value.starts_with('[');
    const std::size_t end = bracketed ? value.rfind("]:") : value.rfind('.');
    if (end == std::string_view::npos) return false;
    const auto port = parse_uint(value.substr(end + (bracketed ? 2 : 1)));
    if (!port || *port > 65535) return false;
    message.*Address = value.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
    message.*Port = static_cast<int>(*port);
    return true;
}

std::optional<std::int32_t> microseconds(std::string_view digits) {
    const auto value = digits.size() == 6 ? parse_uint(digits) : std::nullopt;
    return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
}
bool store_received_usec(Message& message, std::string_view value) {
    if (!value.starts_with('.')) return false;
    const auto usec = microseconds(value.substr(1));
    if (usec) message.received.microseconds = *usec;
    return usec.has_value();
}
bool store_complete(Message& message, std::string_view value) {
    const std::size_t dot = value.find('.');
    const auto seconds = parse_int(value.substr(0, dot));
    const auto usec = dot == std::string_view::npos ? std::optional(0) : microseconds(value.substr(dot + 1));
    if (!seconds || !usec) return false;
    message.received_complete = {*seconds, *usec};
    return true;
}

// In the order in which Exim writes them.
constexpr std::array kRows = {
    Row{"received_time_usec",
        [](std::string& out, std::string_view name, const Message& m) {
            fmt::format_to(std::back_inserter(out), "-{} .{:06}\n", name, m.received.microseconds);
        },
        store_received_usec},
    Row{"received_time_complete",
        [](std::string& out, std::string_view name, const Message& m) {
            fmt::format_to(std::back_inserter(out), "-{} {}.{:06}\n", name, m.received_complete.seconds,
                           m.received_complete.microseconds);
        },
        store_complete},
    Row{"helo_name", emit_text<&Message::helo_name>, store_text<&Message::helo_name>},
    Row{"host_address", emit_address<&Message::host_address, &Message::host_port>,
        store_address<&Message::host_address, &Message::host_port>},
    Row{"host_name", emit_text<&Message::host_name>, store_text<&Message::host_name>},
    Row{"host_auth", emit_text<&Message::host_auth>, store_text<&Message::host_auth>},
    Row{"host_auth_pubname"},
    Row{"interface_address", emit_address<&Message::interface_address, &Message::interface_port>,
        store_address<&Message::interface_address, &Message::interface_port>},
    Row{"active_hostname", emit_text<&Message::active_hostname>, store_text<&Message::active_hostname>},
    Row{"ident", emit_text<&Message::ident>, store_text<&Message::ident>},
    Row{"received_protocol", emit_text<&Message::received_protocol>, store_text<&Message::received_protocol>},
    Row{"aclc", emit_acl_variables},
    Row{"aclm", emit_acl_variables},
    Row{"debug_selector"},
    Row{"debuglog_name"},
    Row{"spool_file_wireformat", emit_flag<&Message::spool_wireformat>, store_flag<&Message::spool_wireformat>},
    Row{"body_linecount",
        [](std::string& out, std::string_view name, const Message& m) {
            if (!m.spool_wireformat) emit_number(out, name, m.body_linecount);
        },
        store_number<&Message::body_linecount>},
    Row{"max_received_linelength",
        [](std::string& out, std::string_view name, const Message& m) {
            emit_number(out, name, m.max_received_linelength);
        },
        store_number<&Message::max_received_linelength>},
    Row{"body_zerocount",
        [](std::string& out, std::string_view name, const Message& m) {
            if (m.body_zerocount > 0) emit_number(out, name, m.body_zerocount);
        },
        store_number<&Message::body_zerocount>},
    Row{"auth_id", emit_text<&Message::auth_id>, store_text<&Message::auth_id>},
    Row{"auth_sender", emit_text<&Message::auth_sender>, store_text<&Message::auth_sender>},
    Row{"allow_unqualified_recipient", emit_flag<&Message::allow_unqualified_recipient>,
        store_flag<&Message::allow_unqualified_recipient>},
    Row{"allow_unqualified_sender", emit_flag<&Message::allow_unqualified_sender>,
        store_flag<&Message::allow_unqualified_sender>},
    Row{"deliver_firsttime", emit_flag<&Message::first_delivery>, store_flag<&Message::first_delivery>},
    Row{"frozen",
        [](std::string& out, std::string_view name, const Message& m) {
            if (m.frozen) emit_number(out, name, *m.frozen);
        },
        store_number<&Message::frozen>},
    Row{"N", emit_flag<&Message::dont_deliver>, store_flag<&Message::dont_deliver>},
    Row{"host_lookup_deferred"},
    Row{"host_lookup_failed"},
    Row{"local", emit_flag<&Message::local>, store_flag<&Message::local>},
    Row{"localerror", emit_flag<&Message::local_error>, store_flag<&Message::local_error>},
    Row{"local_scan"},
    Row{"spam_bar"},
    Row{"spam_score"},
    Row{"spam_score_int"},
    Row{"manual_thaw", emit_flag<&Message::manual_thaw>, store_flag<&Message::manual_thaw>},
    Row{"sender_set_untrusted", emit_flag<&Message::sender_set_untrusted>, store_flag<&Message::sender_set_untrusted>},
    Row{"tls_certificate_verified"},
    Row{"tls_cipher"},
    Row{"tls_peercert"},
    Row{"tls_peerdn"},
    Row{"tls_sni"},
    Row{"tls_ourcert"},
    Row{"tls_ocsp"},
    Row{"tls_resumption"},
    Row{"tls_ver"},
    Row{"smtputf8", emit_flag<&Message::smtputf8>, store_flag<&Message::smtputf8>},
    Row{"utf8_downcvt"},
    Row{"utf8_optdowncvt"},
    Row{"dsn_envid", emit_text<&Message::dsn_envid>, store_text<&Message::dsn_envid>},
    Row{"dsn_ret",
        [](std::string& out, std::string_view name, const Message& m) {
            if (m.dsn_ret != 0) emit_number(out, name, m.dsn_ret);
        },
        store_number<&Message::dsn_ret>},
};

const Row* find_row(std::string_view name) {
    const auto* found = std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.name == name; });
    return found == kRows.end() ? nullptr : found;
}

std::string_view prefix_in(std::string_view line) {
    std::size_t size = line.starts_with("--") ? 2 : 1;
    if (size == 2 && line.substr(2).starts_with('(')) {
        const std::size_t close = line.find(')');
        if (close != std::string_view::npos) size = close + 1;
    }
    return line.substr(0, size);
}

}  // namespace

void append_variable_lines(std::string& out, const Message& message) {
    std::vector<VariableLine> unknown(message.unknown_lines.begin(), message.unknown_lines.end());
    for (const Row& row : kRows) {
        if (row.emit != nullptr) row.emit(out, row.name, message);
        for (const VariableLine& kept : unknown)
            if (kept.name() == row.name) out.append(kept.line()).append("\n");
    }
    for (const VariableLine& kept : unknown)
        if (find_row(kept.name()) == nullptr) out.append(kept.line()).append("\n");
}

VariableLine::VariableLine(std::string_view line) : line_(line), prefix_(prefix_in(line)) {
    const std::string_view rest = line.substr(prefix_.size());
    const std::size_t blank = rest.find(' ');
    name_ = rest.substr(0, blank);
    if (blank != std::string_view::npos) value_ = rest.substr(blank + 1);
    if (name_ != "aclc" && name_ != "aclm" && name_ != "acl") return;

    const std::size_t split = value_.find(' ');
    const auto size = split == std::string_view::npos ? std::nullopt : parse_uint(value_.substr(split + 1));
    if (!size || split == 0) return;
    std::string_view variable = value_.substr(0, split);
    if (name_ == "acl") {  // of old: -acl 0…9 are c0…c9, 10…19 are m0…m9
        const auto number = parse_uint(variable);
        if (!number || *number > 19) return;
        variable_ = fmt::format("{}{}", *number < 10 ? 'c' : 'm', *number % 10);
    } else {
        variable_ = std::string(1, name_.back()).append(variable);
    }
    has_data_ = true;
    data_size_ = *size;
}

void VariableLine::store_into(Message& message) const {
    const Row* row = find_row(name_);
    if (row == nullptr || row->store == nullptr || !row->store(message, value_)) {
        message.unknown_lines.emplace_back(line_);
    } else if (prefix_ != "-") {
        message.tainted_lines[std::string(name_)] = prefix_;
    }
}

void VariableLine::store_data_into(Message& message, std::string_view data) const {
    StoredVariable variable{variable_, std::string(data), prefix_ != "-", {}};
    if (prefix_.size() > 3) variable.quoted_for = prefix_.substr(3, prefix_.size() - 4);
    message.acl_variables.push_back(std::move(variable));
}

}  // namespace postern
