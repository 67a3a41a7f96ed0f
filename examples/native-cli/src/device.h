// The client of a file, as the command line names it.
#ifndef TIDEMARK_CLI_DEVICE_H
#define TIDEMARK_CLI_DEVICE_H

#include <memory>

#include "arguments.h"
#include "progress.h"
#include "tidemark/client.h"

namespace cli {

/// The transport that the command line names. `listener` may be empty.
[[nodiscard]] Try<std::unique_ptr<tidemark::Transport>> transport_of(const Arguments& given,
                                                                     OnProgress listener = {});
/// A client of the file: it takes the lead, and sends nothing yet. Without a url it has no network.
[[nodiscard]] Try<std::unique_ptr<tidemark::Client>> client_of(const Arguments& given,
                                                               OnProgress listener = {});

}  // namespace cli

#endif  // TIDEMARK_CLI_DEVICE_H
