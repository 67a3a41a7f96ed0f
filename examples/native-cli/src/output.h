// What the program writes: the result, and nothing else, to stdout; what went wrong, and how far it
// got, to stderr.
#ifndef TIDEMARK_CLI_OUTPUT_H
#define TIDEMARK_CLI_OUTPUT_H

#include <cstdint>
#include <string>
#include <string_view>

#include "failure.h"
#include "tidemark/stamp.h"

namespace cli {

/// Writes a line of the result at once, so that who reads it sees it while the program runs.
/// False: it cannot be written, for example because nobody reads it.
bool print_line(std::string_view line);

/// One line: code, sentence, hint. `json`: as an object.
void print_failure(const Failure& failure, bool json);
/// A line for people: not with --json.
void print_note(std::string_view note, bool json);

/// `1 change`, `2 changes`.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
/// `2026-01-31 10:20:30`, UTC; "never" for 0.
[[nodiscard]] std::string time_text(tidemark::WallMs at);
/// A text without what would move a terminal's cursor, and not longer than fits a line.
[[nodiscard]] std::string plain(std::string_view text);

}  // namespace cli

#endif  // TIDEMARK_CLI_OUTPUT_H
