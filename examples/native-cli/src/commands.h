// The commands, each of what README.md says of it.
#ifndef TIDEMARK_CLI_COMMANDS_H
#define TIDEMARK_CLI_COMMANDS_H

#include "arguments.h"

namespace cli {

[[nodiscard]] Try<Exit> sync(const Arguments& given);
[[nodiscard]] Try<Exit> watch(const Arguments& given);
[[nodiscard]] Try<Exit> status(const Arguments& given);
[[nodiscard]] Try<Exit> pending(const Arguments& given);
[[nodiscard]] Try<Exit> losses(const Arguments& given);
[[nodiscard]] Try<Exit> letters(const Arguments& given);
[[nodiscard]] Try<Exit> verify(const Arguments& given);
[[nodiscard]] Try<Exit> export_rows(const Arguments& given);
[[nodiscard]] Try<Exit> import_rows(const Arguments& given);
[[nodiscard]] Try<Exit> alter(const Arguments& given);

}  // namespace cli

#endif  // TIDEMARK_CLI_COMMANDS_H
