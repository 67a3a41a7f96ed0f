// The commands and their options.
#include "arguments.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <utility>

namespace cli {
namespace {

constexpr const char* kAbout =
    "Sync the tables of any SQLite file with a Tidemark endpoint.\n"
    "What any program writes to these tables is recorded in the file, and sent by the next sync.";
constexpr const char* kFooter =
    "Exit codes: 0 done; 1 wrong usage; 2 the file; 3 the network or the endpoint; 4 not signed\n"
    "in; 5 something was refused, or differs; 6 too old for the data; 7 an internal error.\n"
    "A token is best given by --token-file, or in TIDEMARK_TOKEN. tidemark COMMAND --help tells\n"
    "more.";

void add_common(CLI::App& command, Arguments& into) {
  command.add_option("file", into.file, "The SQLite file")->required();
  command.add_flag("--json", into.json, "Machine-readable output");
  command.add_option("--busy", into.busy_s, "Seconds to wait for another program that writes")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void add_hub(CLI::App& command, Arguments& into, bool required) {
  command.add_option("--url", into.url, "The endpoint, for example https://example.com/sync")
      ->envname("TIDEMARK_URL")
      ->required(required);
  auto* token = command.add_option("--token", into.token, "The bearer token");
  command.add_option("--token-file", into.token_file, "A file with the token, read when needed")
      ->excludes(token);
  command.add_option("--scope", into.scope, "The scope, if it is not the user's own");
  command.add_option("--ca", into.ca_file, "Certificates to trust, a PEM file");
  command.add_option("--schema", into.schema, "The version of the app's schema")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void add_tables(CLI::App& command, Arguments& into) {
  auto* tables =
      command.add_option("--tables", into.tables, "All tables to sync; remembered in the file")
          ->delimiter(',');
  command.add_option("--merge", into.merge, "How these merge: field (the default), or record")
      ->check(CLI::IsMember({"field", "record"}))
      ->needs(tables);
  command.add_option("--device", into.device, "A label of this device; remembered in the file");
}

class Parser {
 public:
  explicit Parser(const Commands& commands) : app_(kAbout, "tidemark") {
    app_.require_subcommand(1);
    app_.footer(kFooter);
    app_.set_version_flag("--version", "tidemark 0.1.0, protocol 1");
    add_syncing(commands);
    add_looking(commands);
    add_moving(commands);
  }

  Try<Parsed> parse(int count, const char* const* words) {
    try {
      app_.parse(count, const_cast<char**>(words));
    } catch (const CLI::CallForVersion& version) {
      parsed_.text = version.what();
      parsed_.command = nullptr;
    } catch (const CLI::CallForHelp&) {
      parsed_.text = app_.help();
      parsed_.command = nullptr;
    } catch (const CLI::ParseError& error) {
      return usage_failure(error.what(), "tidemark --help tells what there is");
    }
    while (parsed_.text.ends_with('\n')) parsed_.text.pop_back();
    return std::move(parsed_);
  }

 private:
  CLI::App& add(const char* name, const char* about, Command run) {
    CLI::App& command = *app_.add_subcommand(name, about);
    command.callback([this, run] { parsed_.command = run; });
    add_common(command, parsed_.arguments);
    return command;
  }

  void add_syncing(const Commands& commands) {
    Arguments& into = parsed_.arguments;
    CLI::App& sync = add("sync", "Send and read everything, once", commands.sync);
    add_hub(sync, into, true);
    add_tables(sync, into);
    sync.add_option("--timeout", into.timeout_s, "Seconds until it is given up; 0: never")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    CLI::App& watch =
        add("watch", "Sync until it is interrupted (SIGINT, SIGTERM)", commands.watch);
    add_hub(watch, into, true);
    add_tables(watch, into);
    watch.add_option("--every", into.every_s, "Seconds between looks for what others wrote")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    CLI::App& verify = add("verify", "Compare with the endpoint, and repair", commands.verify);
    add_hub(verify, into, true);
  }

  void add_looking(const Commands& commands) {
    Arguments& into = parsed_.arguments;
    add("status", "What is synced, and how things are; without the network", commands.status);
    add("pending", "The records that wait to be sent", commands.pending);
    CLI::App& losses =
        add("losses", "Values that lost to a concurrent write; with --url also those at the hub",
            commands.losses);
    add_hub(losses, into, false);
    losses.add_option("--undo", into.undo, "Write the values of the loss with this number again");
    CLI::App& letters =
        add("letters", "Changes that the endpoint refused for good", commands.letters);
    auto* retry = letters.add_option("--retry", into.retry, "Send this one again");
    letters.add_option("--discard", into.discard, "Give this one up; the hub's record is shown")
        ->excludes(retry);
  }

  void add_moving(const Commands& commands) {
    Arguments& into = parsed_.arguments;
    add("export", "All synced rows and what is pending, as JSON lines", commands.export_rows)
        .add_option("out", into.other, "The file to write; without it, or as -: stdout");
    add("import", "Write the rows of JSON lines, as the app would", commands.import_rows)
        .add_option("in", into.other, "The file to read; -: stdin")
        ->required();
    add("alter", "Run SQL that changes the schema, also what Tidemark's triggers hinder",
        commands.alter)
        .add_option("sql", into.sql, "For example: ALTER TABLE t DROP COLUMN c")
        ->required();
  }

  CLI::App app_;
  Parsed parsed_;
};

}  // namespace

Try<Parsed> parse(int count, const char* const* words, const Commands& commands) {
  auto parsed = Parser(commands).parse(count, words);
  if (!parsed) return parsed;
  Arguments& given = parsed->arguments;
  // Not shown in the help, as CLI11 would.
  const char* token = std::getenv("TIDEMARK_TOKEN");
  if (given.token.empty() && given.token_file.empty() && token != nullptr) given.token = token;
  return parsed;
}

}  // namespace cli
