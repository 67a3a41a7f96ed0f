// What the user asked for: the command line, read by CLI11.
#ifndef TIDEMARK_CLI_ARGUMENTS_H
#define TIDEMARK_CLI_ARGUMENTS_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "failure.h"

namespace cli {

struct Arguments {
  std::string file;
  bool json = false;

  // The hub.
  std::string url;
  std::string token;
  std::string token_file;
  std::string scope;
  std::string ca_file;
  /// The version of the app's schema.
  std::int64_t schema = 1;
  double timeout_s = 0;
  double every_s = 15;

  // The file.
  std::vector<std::string> tables;
  std::optional<std::string> merge;
  std::string device;
  double busy_s = 5;

  /// Numbers of a loss or a letter.
  std::optional<std::int64_t> undo, retry, discard;
  /// What is exported to or imported from; empty or `-`: stdout, stdin.
  std::string other;
  std::string sql;
};

/// A command: what it did, or why not.
using Command = Try<Exit> (*)(const Arguments&);
struct Commands {
  Command sync, watch, status, pending, losses, letters, verify, export_rows, import_rows, alter;
};

struct Parsed {
  Arguments arguments;
  /// Null: all is done (--help, --version), and `text` is what to print.
  Command command = nullptr;
  std::string text;
};

[[nodiscard]] Try<Parsed> parse(int count, const char* const* words, const Commands& commands);

}  // namespace cli

#endif  // TIDEMARK_CLI_ARGUMENTS_H
