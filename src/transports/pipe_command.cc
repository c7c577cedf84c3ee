// SPDX-License-Identifier: Apache-2.0
#include "transports/pipe_command.h"

#include <algorithm>
#include <cerrno>

#include "base/strings.h"
#include "driver/command_words.h"
#include "wording/appendfile.h"
#include "wording/pipe.h"

namespace postern {
namespace {

constexpr std::size_t kMostSettings = 49;
constexpr std::size_t kLongestPathPart = 256;  // as much of a directory and of a name as Exim looks up
constexpr std::string_view kUnset = "NULL";    // what Exim shows of a batch's missing local part and domain

Outcome outcome(Verdict verdict, std::string message, int code = 0) {
    return {.verdict = verdict, .code = code, .message = std::move(message)};
}

class Chooser {
public:
    Chooser(DeliveryContext& context, const PipeOptions& options)
        : context_(context), options_(options), first_(*context.batch.front()), name_(context.instance.name) {}

    tl::expected<PipeCommand, Outcome> choose() {
        // A path that cannot be expanded matters only to those who need it.
        if (Expansion path = context_.expander.expand(options_.path, context_.scope)) path_ = std::move(path->bytes);
        Step refusal = choose_text();
        if (!refusal) refusal = options_.use_shell ? make_shell_words() : make_words();
        if (!refusal && !options_.use_shell) refusal = check_permission();
        if (!refusal && !options_.use_shell) refusal = find_program();
        if (!refusal) refusal = make_environment();
        if (refusal) return tl::unexpected(std::move(*refusal));
        return std::move(command_);
    }

private:
    using Step = std::optional<Outcome>;

    Step choose_text() {
        const bool own = first_.kind == AddressKind::pipe;
        forced_ = own && options_.force_command;
        from_address_ = own && !forced_;
        const Text text =
            from_address_ ? Text(command_of_address(first_), first_.text_tainted) : Text(options_.command.source);
        const bool blank = trim_left(text.bytes).empty();  // Exim crashes on a command of blanks (D-pipe-blank)
        if (blank) return outcome(Verdict::defer, wording::no_command(name_));
        if (text.tainted) return outcome(Verdict::panic, wording::tainted_name(text.bytes, "command", name_));
        command_.text = text.bytes;
        return std::nullopt;
    }

    Step make_words() {
        auto words = command_words(context_, {.text = command_.text,
                                              .expand = !from_address_,
                                              .label = wording::command_label(name_),
                                              .force_command = forced_});
        if (!words) return std::move(words.error());
        command_.argv = std::move(*words);
        if (command_.argv.empty()) return outcome(Verdict::defer, wording::no_command(name_));
        return std::nullopt;
    }

    // The first mention of $pipe_addresses, wherever it stands, becomes the addresses – text from outside, which the
    // expander then refuses, as Exim's does.
    Step make_shell_words() {
        Text text(command_.text);
        if (!from_address_) {
            insert_addresses(text);
            Expansion value = context_.expander.expand_text(text, context_.scope);
            if (!value) {
                const Verdict verdict = value.error().lookup_deferred ? Verdict::defer : Verdict::panic;
                return outcome(verdict, wording::shell_command_not_expanded(text.bytes, name_, value.error().message));
            }
            text = std::move(*value);
        }
        command_.argv = {"/bin/sh", "-c", text.bytes};
        return std::nullopt;
    }

    void insert_addresses(Text& text) const {
        constexpr std::string_view kName = "pipe_addresses";
        std::size_t at = text.bytes.find(kName);
        if (at == std::string::npos || at == 0) return;
        std::size_t length = kName.size();
        const bool braces = at >= 2 && text.bytes.compare(at - 2, 2, "${") == 0 && text.bytes[at + length] == '}';
        if (!braces && text.bytes[at - 1] != '$') return;
        at -= braces ? 2 : 1;
        length += braces ? 3 : 1;
        std::string addresses;
        for (const AddressItem* item : context_.batch) addresses += (addresses.empty() ? "" : " ") + item->address;
        text.bytes.replace(at, length, addresses);
        text.tainted = true;
    }

    Step check_permission() {
        const std::string& program = command_.argv.front();
        if (options_.allow_commands) {
            std::string list;
            if (Step failed = expand(options_.allow_commands, list)) return failed;
            const std::vector<std::string> allowed = split_list(list);
            if (std::ranges::find(allowed, program) != allowed.end()) return std::nullopt;
        }
        if (options_.restrict_to_path) {
            if (program.find('/') != std::string::npos)
                return outcome(Verdict::fail, wording::slash_in_command(command_.text, name_));
        } else if (options_.allow_commands) {
            return outcome(Verdict::fail, wording::command_not_permitted(program, name_));
        }
        return std::nullopt;
    }

    Step find_program() {
        std::string& program = command_.argv.front();
        if (program.starts_with('/')) return std::nullopt;
        if (path_) {
            for (const std::string& directory : split_list(*path_)) {
                std::string candidate =
                    directory.substr(0, kLongestPathPart) + "/" + program.substr(0, kLongestPathPart);
                if (!context_.os.stat(candidate, Follow::yes)) continue;
                program = std::move(candidate);
                return std::nullopt;
            }
        }
        return outcome(Verdict::fail, wording::command_not_found(program, name_));
    }

    Step make_environment() {
        add_standard_settings();
        if (!options_.environment) return std::nullopt;
        std::string list;
        if (Step failed = expand(options_.environment, list)) return failed;
        for (std::string& setting : split_list(list)) {
            if (command_.environment.size() == kMostSettings)
                return outcome(Verdict::defer, wording::too_many_settings(name_), E2BIG);
            command_.environment.push_back(std::move(setting));
        }
        return std::nullopt;
    }

    void add_standard_settings() {
        const AddressScope& address = *context_.scope.address;
        const bool alone = context_.batch.size() == 1;
        const std::string& local_part = address.local_part.bytes;
        const std::string user = alone ? local_part : std::string(kUnset);
        const bool known_domain = alone || !address.domain.empty();
        const auto set = [this](std::string_view name, const std::string& value) {
            command_.environment.push_back(std::string(name) + "=" + value);
        };
        set("LOCAL_PART", user);
        set("LOGNAME", user);
        set("USER", user);
        set("LOCAL_PART_PREFIX", address.local_part_prefix.bytes);
        set("LOCAL_PART_SUFFIX", address.local_part_suffix.bytes);
        set("DOMAIN", known_domain ? address.domain.bytes : std::string(kUnset));
        set("HOME", context_.identity.home);
        set("MESSAGE_ID", context_.message.id);
        set("PATH", path_.value_or(std::string(kUnset)));
        set("RECIPIENT", address.local_part_prefix.bytes + local_part + address.local_part_suffix.bytes + "@" +
                             address.domain.bytes);
        set("QUALIFY_DOMAIN", context_.configuration.main.qualify_domain.value);
        set("SENDER", context_.message.sender);
        set("SHELL", "/bin/sh");
        if (!first_.host_text.empty()) set("HOST", first_.host_text);
        const std::string& zone = context_.configuration.main.timezone.value;
        if (iequals(zone, "utc")) {
            set("TZ", "UTC");
        } else if (!zone.empty()) {
            set("TZ", zone);
        }
    }

    Step expand(const Expandable& option, std::string& into) {
        Expansion value = context_.expander.expand(option, context_.scope);
        if (!value) {
            return outcome(Verdict::defer, wording::string_not_expanded(option.source, name_, value.error().message));
        }
        into = std::move(value->bytes);
        return std::nullopt;
    }

    DeliveryContext& context_;
    const PipeOptions& options_;
    const AddressItem& first_;
    const std::string& name_;
    bool forced_ = false, from_address_ = false;
    std::optional<std::string> path_;
    PipeCommand command_;
};

}  // namespace

tl::expected<PipeCommand, Outcome> pipe_command(DeliveryContext& context, const PipeOptions& options) {
    return Chooser(context, options).choose();
}

}  // namespace postern
