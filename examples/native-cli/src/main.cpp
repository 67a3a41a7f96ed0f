// The program `tidemark`: reads the command line, runs one command, and tells how it went by its
// exit code.
#include <csignal>
#include <cstring>
#include <exception>

#include "arguments.h"
#include "commands.h"
#include "output.h"

namespace {

constexpr cli::Commands kCommands = {cli::sync,        cli::watch,   cli::status, cli::pending,
                                     cli::losses,      cli::letters, cli::verify, cli::export_rows,
                                     cli::import_rows, cli::alter};

// What is wrong with the command line is said in the form that it asks for.
bool wants_json(int count, char** words) {
  for (int i = 1; i < count; ++i)
    if (std::strcmp(words[i], "--json") == 0) return true;
  return false;
}

int end(const cli::Failure& failure, bool json) {
  cli::print_failure(failure, json);
  return static_cast<int>(failure.exit);
}

int run(int count, char** words) {
  const bool json = wants_json(count, words);
  auto parsed = cli::parse(count, words, kCommands);
  if (!parsed) return end(parsed.error(), json);
  if (parsed->command == nullptr) return cli::print_line(parsed->text) ? 0 : 1;
  const auto done = parsed->command(parsed->arguments);
  return done ? static_cast<int>(*done) : end(done.error(), json);
}

}  // namespace

int main(int count, char** words) {
  // Who reads the result may go: that is an error of writing, and no reason to die in the middle.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    return end({cli::Exit::internal, "internal", error.what(), {}, "please report it", false},
               wants_json(count, words));
  }
}
