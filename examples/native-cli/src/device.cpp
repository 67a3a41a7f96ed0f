// A file, a token and a url become a client.
#include "device.h"

#include <fstream>
#include <string>
#include <utility>

#include "file.h"
#include "tidemark/http_transport.h"

namespace cli {
namespace {

using tidemark::CallOptions;
using tidemark::Errc;
using tidemark::Outcome;

/// Commands that only the file is needed for.
class NoTransport final : public tidemark::Transport {
 public:
  Outcome<tidemark::PullReply> pull(const tidemark::PullRequest&, const CallOptions&) override {
    return none();
  }
  Outcome<tidemark::FullReply> full(const tidemark::FullRequest&, const CallOptions&) override {
    return none();
  }
  Outcome<tidemark::LossesReply> losses(const tidemark::LossesRequest&,
                                        const CallOptions&) override {
    return none();
  }
  Outcome<tidemark::DigestReply> digest(const tidemark::DigestRequest&,
                                        const CallOptions&) override {
    return none();
  }
  Outcome<tidemark::MetaReply> meta(const CallOptions&) override { return none(); }

 private:
  static tidemark::Error none() { return {Errc::offline, "no --url is given"}; }
};

// Another program may put a new token there: it is read each time.
std::optional<std::string> token_in(const std::string& path) {
  std::ifstream file(path);
  std::string token;
  file >> token;
  return token.empty() ? std::nullopt : std::optional(token);
}

tidemark::TokenSource token_source(const Arguments& given) {
  if (!given.token_file.empty()) return [path = given.token_file](bool) { return token_in(path); };
  if (given.token.empty()) return {};
  return [token = given.token](bool) { return std::optional(token); };
}

}  // namespace

Try<std::unique_ptr<tidemark::Transport>> transport_of(const Arguments& given,
                                                       OnProgress listener) {
  if (given.url.empty()) return std::unique_ptr<tidemark::Transport>(new NoTransport);
  if (!given.token_file.empty() && !token_in(given.token_file))
    return usage_failure("there is no token in " + given.token_file,
                         "the file has the token on its first line");
  tidemark::HttpOptions options;
  options.token = token_source(given);
  options.scope = given.scope;
  options.ca_file = given.ca_file;
  auto transport = tidemark::http_transport(given.url, std::move(options));
  if (!transport) return failure_of(transport.error());
  if (!listener) return *std::move(transport);
  return counting_transport(*std::move(transport), std::move(listener));
}

Try<std::unique_ptr<tidemark::Client>> client_of(const Arguments& given, OnProgress listener) {
  auto transport = transport_of(given, std::move(listener));
  if (!transport) return transport.error();
  auto file = look_into(given);
  if (!file) return file.error();
  auto tables = tables_of(given, *file);
  if (!tables) return tables.error();
  tidemark::ClientOptions options;
  options.store = store_of(given, *std::move(tables));
  options.transport = *std::move(transport);
  options.schema = given.schema;
  options.config.poll_ms = static_cast<std::int64_t>(given.every_s * 1'000);
  auto client = tidemark::Client::open(std::move(options));
  if (!client) return failure_of(client.error());
  return *std::move(client);
}

}  // namespace cli
