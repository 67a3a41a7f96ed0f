// How far a long reading is: counted where the pages come in, and shown on a terminal.
#ifndef TIDEMARK_CLI_PROGRESS_H
#define TIDEMARK_CLI_PROGRESS_H

#include <functional>
#include <memory>
#include <optional>

#include "tidemark/port/transport.h"

namespace cli {

struct Progress {
  /// Changes, since the reading began.
  std::uint64_t received = 0;
  /// Records at the endpoint; none: it does not say, or not all is read.
  std::optional<std::uint64_t> total;
};
using OnProgress = std::function<void(const Progress&)>;

/// `transport`, counting. Called back on the thread of each call.
[[nodiscard]] std::unique_ptr<tidemark::Transport> counting_transport(
    std::unique_ptr<tidemark::Transport> transport, OnProgress listener);

/// Whether stderr is a terminal.
[[nodiscard]] bool has_terminal();
/// A line on stderr that the next one overwrites.
void show_progress(const Progress& progress);
/// Removes that line.
void hide_progress();

}  // namespace cli

#endif  // TIDEMARK_CLI_PROGRESS_H
