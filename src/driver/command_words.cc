// SPDX-License-Identifier: Apache-2.0
#include "driver/command_words.h"

#include "base/strings.h"
#include "expand/command_line.h"
#include "wording/pipe.h"

namespace postern {
namespace {

constexpr std::size_t kMostWords = 60;  // besides one for each address

bool is_variable(std::string_view word, std::string_view name) {
    if (!word.starts_with('$')) return false;
    word.remove_prefix(1);
    if (word.starts_with('{') && word.ends_with('}')) word = word.substr(1, word.size() - 2);
    return word == name;
}

class Words {
public:
    Words(DeliveryContext& context, const CommandText& command)
        : context_(context), command_(command), most_(kMostWords + context.batch.size()) {}

    using Step = std::optional<Outcome>;

    tl::expected<std::vector<std::string>, Outcome> make() {
        const std::vector<std::string> raw = split(command_.text);
        if (raw.size() > most_) return refused(wording::too_many_words(command_.text, command_.label));
        if (!command_.expand) return raw;
        for (const std::string& word : raw) {
            Step failed;
            if (is_variable(word, "pipe_addresses")) {
                failed = add_addresses(raw.size());
            } else if (command_.force_command && is_variable(word, "address_pipe")) {
                failed = add_address_pipe();
            } else {
                failed = add_expanded(word);
            }
            if (failed) return tl::unexpected(std::move(*failed));
        }
        return std::move(words_);
    }

private:
    // A NUL, which only an escape can make, ends its word as far as execve() is concerned.
    static std::vector<std::string> split(std::string_view text) {
        std::vector<std::string> words = split_command(text);
        for (std::string& word : words) word.resize(std::min(word.find('\0'), word.size()));
        return words;
    }

    static Outcome failure_of(Verdict verdict, std::string message) {
        return {.verdict = verdict, .code = 0, .message = std::move(message)};
    }
    static tl::unexpected<Outcome> refused(std::string message) {
        return tl::unexpected(failure_of(Verdict::fail, std::move(message)));
    }
    [[nodiscard]] bool room_for(std::size_t more) const { return words_.size() + more <= most_; }

    Step add_addresses(std::size_t raw_words) {
        const bool fits = room_for(context_.batch.size()) && raw_words + context_.batch.size() - 1 <= most_;
        if (!fits) return failure_of(Verdict::fail, wording::too_many_arguments(command_.text, command_.label));
        for (const AddressItem* item : context_.batch) words_.push_back(item->address);
        return std::nullopt;
    }

    // The words of the address's own command, in place.
    Step add_address_pipe() {
        const AddressItem& first = *context_.batch.front();
        const std::string own(command_of_address(first));
        const Expansion text = context_.expander.expand_text(Text(own, first.text_tainted), context_.scope);
        if (!text || text->empty()) {
            return failure_of(Verdict::fail, wording::argument_not_expanded(own, command_.text, command_.label,
                                                                            text ? "" : text.error().message));
        }
        std::vector<std::string> more = split(text->bytes);
        if (more.size() > most_)
            return failure_of(Verdict::fail, wording::too_many_address_pipe_words(text->bytes, command_.label));
        if (!room_for(more.size()))
            return failure_of(Verdict::fail, wording::too_many_after_address_pipe(command_.text, command_.label));
        for (std::string& one : more) {
            if (text->tainted) return tainted(one);
            words_.push_back(std::move(one));
        }
        return std::nullopt;
    }

    Step add_expanded(const std::string& word) {
        Expansion value = context_.expander.expand(word, context_.scope);
        if (!value) {
            return failure_of(
                command_.when_not_expanded,
                wording::argument_not_expanded(word, command_.text, command_.label, value.error().message));
        }
        if (value->tainted) return tainted(value->bytes);
        if (!room_for(1)) return failure_of(Verdict::fail, wording::too_many_arguments(command_.text, command_.label));
        words_.push_back(std::move(value->bytes));
        return std::nullopt;
    }

    [[nodiscard]] Step tainted(std::string_view value) const {
        return failure_of(Verdict::fail, wording::tainted_argument(words_.size(), command_.label, value));
    }

    DeliveryContext& context_;
    const CommandText& command_;
    std::size_t most_;
    std::vector<std::string> words_;
};

}  // namespace

tl::expected<std::vector<std::string>, Outcome> command_words(DeliveryContext& context, const CommandText& command) {
    return Words(context, command).make();
}

std::string_view command_of_address(const AddressItem& item) {
    std::string_view text = item.address;
    if (text.starts_with('|')) text.remove_prefix(1);
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    return text;
}

}  // namespace postern
