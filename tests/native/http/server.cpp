// The process of the server, and its pipes.
#include "server.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

extern char** environ;

using namespace tidemark;

Server::Server(bool tls) {
  int in[2], out[2];
  REQUIRE((pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string program = "node", script = TIDEMARK_VECTORS_DIR "/../native/http/server.mjs";
  std::string option = "--tls";
  std::vector<char*> args = {program.data(), script.data()};
  if (tls) args.push_back(option.data());
  args.push_back(nullptr);
  const int failed = posix_spawnp(&pid_, "node", &actions, nullptr, args.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  input_ = in[1];
  output_ = fdopen(out[0], "r");
  REQUIRE(failed == 0);
  // So that was_asked() sees all that is there.
  std::setvbuf(output_, nullptr, _IONBF, 0);
  at_ = line();
}

Server::~Server() {
  close(input_);
  std::fclose(output_);
  waitpid(pid_, nullptr, 0);
}

Json Server::line() {
  std::string text;
  for (int c; (c = std::fgetc(output_)) != EOF && c != '\n';) text += static_cast<char>(c);
  REQUIRE(!text.empty());
  return Json::parse(text);
}

Json Server::asked() { return line(); }

bool Server::was_asked() const {
  pollfd waiting{fileno(output_), POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

std::string Server::url(const std::string& kind) const {
  return "http://127.0.0.1:" + at_["http"].dump() + '/' + kind;
}

std::string Server::secure_url(const char* server) const {
  return "https://127.0.0.1:" + at_[server].dump() + "/hub";
}

std::string Server::proxy_url() const { return "http://127.0.0.1:" + at_["proxy"].dump(); }

std::unique_ptr<Transport> open(const std::string& url, HttpOptions options) {
  auto transport = http_transport(url, std::move(options));
  CAPTURE(transport.error().detail);
  REQUIRE(transport.ok());
  return *std::move(transport);
}

Error fault_of(const std::string& url, HttpOptions options, const CallOptions& call) {
  if (!options.token) options.token = [](bool) { return std::string(kSecret); };
  const auto reply = open(url, std::move(options))->pull({}, call);
  CHECK(!reply.ok());
  CHECK(reply.error().detail.find(kSecret) == std::string::npos);
  return reply.error();
}

FullRequest push_of(int count) {
  FullRequest out;
  out.device = "phone";
  out.node = Node{0xb2};
  out.schema = 3;
  out.cursor = "e:1";
  out.limit = 10;
  out.tables = {"todos"};
  for (int i = 0; i < count; ++i) {
    Change change;
    change.table = "todos";
    change.id = std::to_string(i);
    change.row = {{"title", R"("Milk, and milk, and milk, and milk, and milk, and milk")"}};
    out.changes.push_back(std::move(change));
  }
  return out;
}
