// SPDX-License-Identifier: Apache-2.0
// driver/command_words.h – a command of the configuration into the words that are run: split first, then each word
// expanded for itself, so that nothing that comes from outside can become two words (spec message-writer.md §12,
// pipe.md §5). Shared by pipe, lmtp (command) and transport_filter.
#pragma once

#include <string>
#include <vector>

#include "driver/transport.h"

namespace postern {

struct CommandText {
    std::string text;
    bool expand = true;  // false: the words are used as they are (pipes of an alias file)
    Verdict when_not_expanded = Verdict::panic;
    std::string label;           // in error texts: "t1 transport", "transport filter"
    bool force_command = false;  // $address_pipe stands for the words of the address's own command
};

// Empty if the command has no words. `$pipe_addresses` becomes one word for each address of the batch. Words that hold
// text from outside are refused (D-pipe-tainted-word says where not).
[[nodiscard]] tl::expected<std::vector<std::string>, Outcome> command_words(DeliveryContext& context,
                                                                            const CommandText& command);

// The command of an address "|command": without the bar and the blanks behind it.
[[nodiscard]] std::string_view command_of_address(const AddressItem& item);

}  // namespace postern
