// SPDX-License-Identifier: Apache-2.0
#include "transports/appendfile_target.h"

#include "wording/appendfile.h"

namespace postern {
namespace {

using Target = AppendfileTarget;

constexpr std::string_view kNameOfFile = "file or directory name";

Outcome panic(std::string message) { return {.verdict = Verdict::panic, .message = std::move(message)}; }

Outcome deferred(int code, std::string message) {
    return {.verdict = Verdict::defer, .code = code, .message = std::move(message)};
}

class Chooser {
public:
    Chooser(DeliveryContext& context, const AppendfileOptions& options)
        : context_(context), options_(options), first_(*context.batch.front()) {}

    Target choose() {
        for (const auto step : {&Chooser::choose_name, &Chooser::choose_format, &Chooser::choose_place}) {
            target_.verdict = (this->*step)();
            if (target_.verdict) break;
        }
        return std::move(target_);
    }

private:
    using Settled = std::optional<Outcome>;
    using Format = Target::Format;

    Settled choose_name() {
        const std::string& transport = context_.instance.name;
        const bool from_address = first_.kind == AddressKind::file && !options_.file && !options_.directory;
        if (!from_address && !options_.file && !options_.directory)
            return panic(wording::no_file_or_directory(transport));
        const bool slash = from_address && first_.address.ends_with('/');
        in_directory_ = from_address ? slash || one_file_a_message() : options_.directory.set;
        if (one_file_a_message() && !in_directory_) {
            const char* format = options_.maildir_format ? "maildir_format" : "mailstore_format";
            return panic(wording::format_needs_directory(format, transport));
        }
        if (from_address) {
            name_ = Text(first_.address, first_.text_tainted);
        } else {
            const Expandable& option = options_.file ? options_.file : options_.directory;
            Expansion name = context_.expander.expand(option, context_.scope);
            if (!name) return panic(wording::not_expanded(option.source, kNameOfFile, transport, name.error().message));
            name_ = std::move(*name);
        }
        if (!name_.bytes.starts_with('/')) return deferred(code::kNotAbsolute, wording::not_absolute(name_.bytes));
        target_.path = name_.bytes;
        if (first_.kind == AddressKind::file) target_.logged_local_part = target_.path;
        return std::nullopt;
    }

    [[nodiscard]] bool one_file_a_message() const { return options_.maildir_format || options_.mailstore_format; }

    Settled choose_format() {
        if (in_directory_) target_.format = Format::plain;
        if (options_.mailstore_format) target_.format = Format::mailstore;
        if (options_.maildir_format) target_.format = Format::maildir;
        const bool nothing_to_do = context_.dont_deliver || (!in_directory_ && target_.path == "/dev/null");
        if (nothing_to_do) return Outcome{.verdict = Verdict::ok, .code = 0};
        return std::nullopt;
    }

    [[nodiscard]] CreationRule creation_rule() const {
        const std::string& option = options_.create_file.value;
        if (option.starts_with('/')) return {CreationRule::Kind::below_home, option};
        if (option == "belowhome") return {CreationRule::Kind::below_home, context_.identity.home};
        if (option == "inhome") return {CreationRule::Kind::in_home, context_.identity.home};
        return {};
    }

    Settled choose_place() {
        const CreationRule rule = creation_rule();
        std::string directory = target_.path;
        if (!in_directory_) {
            const std::size_t slash = directory.find_last_of('/');
            target_.leaf = directory.substr(slash + 1);
            directory.resize(slash);
        }
        target_.place =
            find_place(context_.os, std::move(directory), in_directory_ ? "any" : std::string_view(target_.leaf), rule);
        if (in_directory_ && !target_.place.allowed)
            return deferred(code::kBadCreate, wording::directory_creation_refused(target_.path));
        // A name from outside is as good as the check that it stays below a directory of the administrator's choice.
        // Exim takes it even where there is no such directory (W3).
        const bool vouched = rule.kind == CreationRule::Kind::below_home && rule.restricts() && target_.place.allowed;
        if (name_.tainted && !vouched)
            return panic(wording::tainted_name(target_.path, kNameOfFile, context_.instance.name));
        return std::nullopt;
    }

    DeliveryContext& context_;
    const AppendfileOptions& options_;
    const AddressItem& first_;
    Target target_;
    Text name_;
    bool in_directory_ = false;
};

}  // namespace

AppendfileTarget appendfile_target(DeliveryContext& context, const AppendfileOptions& options) {
    return Chooser(context, options).choose();
}

}  // namespace postern
