// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <array>

#include "base/strings.h"
#include "mail/address.h"
#include "mail/message_id.h"
#include "wording/command.h"

namespace postern {
namespace {

constexpr std::size_t kMostMacros = 10;
constexpr std::size_t kLongestMacroName = 23;

class Parser {
public:
    explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

    CommandLine line;

    Status parse() {
        for (; next_ < arguments_.size(); ++next_) {
            const std::string& word = arguments_[next_];
            if (word == "--") {
                line.arguments.insert(line.arguments.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(next_) + 1,
                                      arguments_.end());
                break;
            }
            if (word.size() < 2 || word.front() != '-') {
                // Options end at the first other word, for -M and -bP as for recipients.
                line.arguments.insert(line.arguments.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(next_),
                                      arguments_.end());
                break;
            }
            POSTERN_TRY(option(std::string_view(word).substr(1)));
        }
        return check();
    }

private:
    struct Letter {
        char letter;
        Status (Parser::*handler)(std::string_view rest);
    };

    Status option(std::string_view text) {
        static constexpr std::array kLetters = {
            Letter{'b', &Parser::mode},     Letter{'C', &Parser::configuration},   Letter{'D', &Parser::macro},
            Letter{'d', &Parser::debug},    Letter{'E', &Parser::error_reference}, Letter{'F', &Parser::full_name},
            Letter{'f', &Parser::sender},   Letter{'r', &Parser::sender},          Letter{'M', &Parser::message},
            Letter{'o', &Parser::delivery}, Letter{'p', &Parser::protocol},        Letter{'q', &Parser::queue},
        };
        for (const Letter& row : kLetters) {
            if (row.letter == text.front()) return (this->*row.handler)(text.substr(1));
        }
        return flag(text);
    }

    // Options without a value of their own, and sendmail's that mean nothing here.
    Status flag(std::string_view text) {
        if (text == "i")
            line.ignore_dot = true;
        else if (text == "t")
            line.extract_recipients = true;
        else if (text == "ti")
            line.extract_recipients = line.ignore_dot = true;
        else if (text == "v")
            line.verbose = true;
        else if (text == "n")
            line.no_labels = true;
        else if (text == "N")
            line.dont_deliver = true;
        else if (text == "G" || text == "m" || text == "U" || text == "x" || text == "Ac" || text == "Am")
            return {};
        else if (text.front() == 'B')
            return {};  // -B8BITMIME: Postern is 8-bit clean anyway
        else if (text == "h" || text == "L" || text == "O" || text == "X")
            return skip_value();
        else if (text.front() == 'h' || text.front() == 'L' || text.front() == 'O' || text.front() == 'X')
            return {};
        else if (text == "-help")
            return failure(std::string());
        else
            return unknown(text);
        return {};
    }

    Status mode(std::string_view rest) {
        struct Mode {
            std::string_view text;
            Action action;
        };
        static constexpr std::array kModes = {
            Mode{"V", Action::version},          Mode{"P", Action::print_options},
            Mode{"e", Action::expand},           Mode{"t", Action::test_addresses},
            Mode{"v", Action::verify_addresses}, Mode{"vs", Action::verify_addresses},
            Mode{"rw", Action::rewrite_test},    Mode{"i", Action::new_aliases},
            Mode{"m", Action::submit},           Mode{"pc", Action::count_queue},
        };
        if (rest == "nq") {
            line.no_unqualified = true;
            return {};
        }
        if (rest == "em") {
            line.action = Action::expand_message;
            return value("bem", line.message_file);
        }
        for (const Mode& row : kModes) {
            if (row.text != rest) continue;
            line.action = row.action;
            return {};
        }
        if (rest.starts_with('p')) return list(rest.substr(1));
        for (const std::string_view later :
             {"d", "df", "s", "S", "h", "hc", "f", "F", "fd", "fl", "fp", "fs", "w", "malware", "rt"}) {
            if (rest == later) return failure(wording::mode_not_available("-b" + std::string(rest)));
        }
        return unknown("b" + std::string(rest));
    }

    Status list(std::string_view rest) {
        line.action = Action::list_queue;
        for (const char c : rest) {
            if (c == 'r')
                line.list_unsorted = true;
            else if (c == 'u')
                line.list_undelivered_only = true;
            else if (c == 'a')
                line.list_all = true;
            else
                return unknown("bp" + std::string(rest));
        }
        return {};
    }

    Status configuration(std::string_view rest) {
        std::string files(rest);
        if (files.empty()) POSTERN_TRY(value("C", files));
        line.configuration_files = split_list(files);
        return {};
    }

    // -DNAME, -DNAME=value, -D NAME…
    Status macro(std::string_view rest) {
        std::string text(rest);
        if (text.empty()) POSTERN_TRY(value("D", text));
        std::size_t end = 0;
        if (text.empty() || !is_upper(text.front())) return failure(wording::macro_needs_upper_case());
        while (end < text.size() && (is_alnum(text[end]) || text[end] == '_')) ++end;
        const std::string name = text.substr(0, std::min(end, kLongestMacroName));
        std::string_view definition = trim_left(std::string_view(text).substr(end));
        if (!definition.empty()) {
            if (definition.front() != '=') return unknown("D" + text);
            definition = trim_left(definition.substr(1));
        }
        for (const auto& [known, unused] : line.macros) {
            if (known == name) return failure(wording::macro_twice());
        }
        if (line.macros.size() == kMostMacros) return failure(wording::too_many_macros());
        line.macros.emplace_back(name, definition);
        return {};
    }

    Status debug(std::string_view) {
        line.debug = line.verbose = true;
        return {};
    }

    Status error_reference(std::string_view rest) {
        line.error_reference = std::string(rest);
        return {};
    }

    Status full_name(std::string_view rest) {
        line.full_name = std::string(rest);
        return rest.empty() ? value("F", *line.full_name) : Status{};
    }

    Status sender(std::string_view rest) {
        std::string text(rest);
        if (text.empty()) POSTERN_TRY(value("f", text));
        if (text.empty()) {
            line.sender = "";
            return {};
        }
        const AddressParse parsed =
            parse_address(text, {.allow_null = true, .allow_domain_literals = true, .strip_trailing_dot = true});
        if (!parsed.value) return failure(wording::bad_sender(text, parsed.error.text));
        line.sender = parsed.value->address;
        line.sender_ended_in_dot = text.ends_with('.');
        return {};
    }

    // -pPROTOCOL[:HOST], sendmail's form of -oMr and -oMs.
    Status protocol(std::string_view rest) {
        std::string text(rest);
        if (text.empty()) POSTERN_TRY(value("p", text));
        const std::size_t colon = text.find(':');
        line.received_protocol = text.substr(0, colon);
        if (colon != std::string::npos) line.host_name = text.substr(colon + 1);
        return {};
    }

    Status message(std::string_view rest) {
        struct Row {
            std::string_view text;
            MessageAction action;
        };
        static constexpr std::array kActions = {
            Row{"", MessageAction::deliver},
            Row{"ar", MessageAction::add_recipients},
            Row{"c", MessageAction::deliver_unforced},
            Row{"es", MessageAction::edit_sender},
            Row{"f", MessageAction::freeze},
            Row{"g", MessageAction::give_up},
            Row{"mad", MessageAction::mark_all_delivered},
            Row{"md", MessageAction::mark_delivered},
            Row{"rm", MessageAction::remove},
            Row{"t", MessageAction::thaw},
            Row{"vb", MessageAction::show_body},
            Row{"vc", MessageAction::show_copy},
            Row{"vh", MessageAction::show_header},
            Row{"vl", MessageAction::show_log},
        };
        for (const Row& row : kActions) {
            if (row.text != rest) continue;
            line.action = Action::message;
            line.message_action = row.action;
            message_option_ = "-M" + std::string(rest);
            // Everything behind it belongs to it, whatever it looks like.
            line.arguments.assign(arguments_.begin() + static_cast<std::ptrdiff_t>(next_) + 1, arguments_.end());
            next_ = arguments_.size();
            return {};
        }
        return unknown("M" + std::string(rest));
    }

    Status delivery(std::string_view rest) {
        if (rest.starts_with('d')) return delivery_mode(rest);
        if (rest.starts_with('e')) return error_mode(rest);
        if (rest.starts_with('M')) return fake_origin(rest.substr(1));
        if (rest == "i" || rest == "itrue")
            line.ignore_dot = true;
        else if (rest == "m" || rest == "o")
            return {};
        else if (rest == "A" || rest == "P" || rest == "r" || rest == "s" || rest == "X")
            return skip_value();
        else if (rest == "B")
            return next_is_number() ? skip_value() : Status{};
        else if (rest.starts_with('A') || rest.starts_with('B') || rest.starts_with('r') || rest.starts_with('s'))
            return {};
        else
            return unknown("o" + std::string(rest));
        return {};
    }

    Status delivery_mode(std::string_view rest) {
        if (rest == "db")
            line.delivery_mode = DeliveryMode::background;
        else if (rest == "df" || rest == "di")
            line.delivery_mode = DeliveryMode::foreground;
        else if (rest == "dqs")
            line.delivery_mode = DeliveryMode::background;  // it holds back remote deliveries only
        else if (rest == "dq")
            line.delivery_mode = DeliveryMode::queue;
        else
            return unknown("o" + std::string(rest));
        line.delivery_chosen_immediate = *line.delivery_mode != DeliveryMode::queue;
        return {};
    }

    Status error_mode(std::string_view rest) {
        if (rest.size() != 2 || !contains("empqw", rest.substr(1))) return unknown("o" + std::string(rest));
        line.error_mode = rest.substr(1);
        return {};
    }

    Status fake_origin(std::string_view rest) {
        struct Row {
            std::string_view text;
            std::optional<std::string> CommandLine::*member;
        };
        static constexpr std::array kRows = {
            Row{"a", &CommandLine::host_address}, Row{"aa", &CommandLine::auth_id},
            Row{"ai", &CommandLine::auth_id},     Row{"as", &CommandLine::auth_sender},
            Row{"i", &CommandLine::interface},    Row{"r", &CommandLine::received_protocol},
            Row{"s", &CommandLine::host_name},    Row{"t", &CommandLine::ident},
        };
        if (rest == "m") return skip_value();  // the message that this one belongs to: for the log only
        for (const Row& row : kRows) {
            if (row.text != rest) continue;
            std::string text;
            POSTERN_TRY(value("oM" + std::string(rest), text));
            line.*row.member = std::move(text);
            return {};
        }
        return unknown("oM" + std::string(rest));
    }

    Status queue(std::string_view rest) {
        line.action = Action::queue_run;
        std::size_t at = 0;
        if (rest.substr(at).starts_with('q')) ++at;  // two-stage runs make no difference without remote deliveries
        if (rest.substr(at).starts_with('i')) line.first_only = true, ++at;
        if (rest.substr(at).starts_with("ff"))
            line.force = line.force_thaw = true, at += 2;
        else if (rest.substr(at).starts_with('f'))
            line.force = true, ++at;
        if (rest.substr(at).starts_with('l')) ++at;
        if (at == rest.size()) return {};
        if (is_digit(rest[at])) return failure(wording::mode_not_available("-q" + std::string(rest)));
        return unknown("q" + std::string(rest));
    }

    // --- values and checks ---
    Status value(std::string_view option, std::string& into) {
        if (next_ + 1 >= arguments_.size()) return unknown(option);
        into = arguments_[++next_];
        return {};
    }
    [[nodiscard]] bool next_is_number() const {
        return next_ + 1 < arguments_.size() && !arguments_[next_ + 1].empty() &&
               is_digit(arguments_[next_ + 1].front());
    }
    Status skip_value() {
        if (next_ + 1 < arguments_.size()) ++next_;
        return {};
    }
    static Unexpected unknown(std::string_view option) {
        return failure(wording::bad_option("-" + std::string(option)));
    }

    Status check() {
        if (line.action != Action::message) return {};
        if (line.arguments.empty()) return failure(wording::no_message_ids(message_option_));
        const bool one_id = line.message_action == MessageAction::add_recipients ||
                            line.message_action == MessageAction::mark_delivered ||
                            line.message_action == MessageAction::edit_sender;
        const std::size_t ids = one_id ? 1 : line.arguments.size();
        for (std::size_t i = 0; i < ids; ++i) {
            if (!is_message_id(line.arguments[i]))
                return failure(wording::bad_message_id(line.arguments[i], message_option_));
        }
        return {};
    }

    const std::vector<std::string>& arguments_;
    std::size_t next_ = 0;
    std::string message_option_;
};

void apply_program_name(std::string_view name, CommandLine& line) {
    if (name == "mailq")
        line.action = Action::list_queue;
    else if (name == "runq")
        line.action = Action::queue_run;
    else if (name == "newaliases")
        line.action = Action::new_aliases;
    else if (name == "rmail")
        line.ignore_dot = true;
}

}  // namespace

Result<CommandLine> parse_command_line(std::string_view program_name, const std::vector<std::string>& arguments) {
    Parser parser(arguments);
    apply_program_name(program_name.substr(program_name.rfind('/') + 1), parser.line);
    POSTERN_TRY(parser.parse());
    return std::move(parser.line);
}

}  // namespace postern
