// The public face: each call is forwarded to the connection, which outlives whoever is in a call.
#include "tidemark/client.h"

#include <utility>

#include "connection.h"
#include "json/keys.h"
#include "ledger.h"

namespace tidemark {
namespace {

// What only the store is asked.
template <typename Ask>
auto ask(client::Ports& ports, Ask&& question) {
  return ports.with_store(std::forward<Ask>(question));
}

}  // namespace

Outcome<std::unique_ptr<Client>> Client::open(ClientOptions options) {
  if (!options.store || !options.transport || options.host == nullptr)
    return Error{Errc::bad_input, "a client needs a store, a transport and a host"};
  auto connection = std::make_shared<Connection>(std::move(options));
  if (auto opened = connection->open(); !opened) {
    connection->close();
    return opened.error();
  }
  return std::unique_ptr<Client>(new Client(std::move(connection)));
}

Client::Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
Client::~Client() { connection_->close(); }

Outcome<Done> Client::sync(std::int64_t timeout_ms) {
  const auto connection = connection_;
  return connection->sync(timeout_ms);
}

std::optional<WallMs> Client::run() {
  const auto connection = connection_;
  return connection->run();
}

void Client::start() { connection_->start(); }

void Client::stop() {
  const auto connection = connection_;
  connection->stop();
}

void Client::poke() {
  const auto connection = connection_;
  connection->poke();
}

void Client::pause() {
  const auto connection = connection_;
  connection->pause();
}

void Client::resume() {
  const auto connection = connection_;
  connection->resume();
}

void Client::set_online(bool online) {
  const auto connection = connection_;
  connection->set_online(online);
}

ClientStatus Client::status() const { return connection_->status(); }
Metrics Client::metrics() const { return connection_->metrics(); }

Subscription Client::on_status(std::function<void(const ClientStatus&)> listener) {
  const auto connection = connection_;
  return connection->on_status(std::move(listener));
}

Subscription Client::on_event(std::function<void(const Event&)> listener) {
  return connection_->on_event(std::move(listener));
}

Outcome<std::string> Client::new_id() {
  const auto connection = connection_;
  return connection->new_id();
}

Outcome<std::vector<PendingRecord>> Client::pending() {
  const auto connection = connection_;
  return ask(connection->ports(), [](Store& store) { return store.pending_records(); });
}

Outcome<PendingExport> Client::export_pending() {
  const auto connection = connection_;
  return client::export_of(connection->ports(), connection->options().host->now());
}

Outcome<RecordState> Client::record_state(const std::string& table, const std::string& id) {
  const auto connection = connection_;
  if (!json::key_of(id)) return Error{Errc::key_unsupported, id};
  return ask(connection->ports(), [&](Store& store) { return store.record_state({table, id}); });
}

Outcome<std::vector<SyncLogEntry>> Client::history() {
  const auto connection = connection_;
  return ask(connection->ports(), [](Store& store) { return store.sync_log(); });
}

Outcome<std::vector<Loss>> Client::losses() {
  const auto connection = connection_;
  return client::losses_of(connection->ports(), connection->options().schema, true);
}

Outcome<std::vector<Loss>> Client::local_losses() {
  const auto connection = connection_;
  return client::losses_of(connection->ports(), connection->options().schema, false);
}

Outcome<std::vector<DeadLetter>> Client::dead_letters() {
  const auto connection = connection_;
  return ask(connection->ports(), [](Store& store) { return store.dead_letters(); });
}

Outcome<Done> Client::undo(const Loss& loss) {
  const auto connection = connection_;
  auto done = client::undo(connection->ports(), loss);
  connection->changed();
  return done;
}

Outcome<Done> Client::retry(std::int64_t id) {
  const auto connection = connection_;
  auto done = ask(connection->ports(), [&](Store& store) { return store.retry_dead_letter(id); });
  connection->changed();
  return done;
}

Outcome<Done> Client::discard(std::int64_t id) {
  const auto connection = connection_;
  auto done = ask(connection->ports(), [&](Store& store) { return store.discard_dead_letter(id); });
  connection->changed();
  return done;
}

Outcome<Done> Client::edit(std::int64_t id, const Row& row) {
  const auto connection = connection_;
  auto done = client::edit(connection->ports(), id, row);
  connection->changed();
  return done;
}

Outcome<VerifyReport> Client::verify() {
  const auto connection = connection_;
  return connection->verify();
}

Outcome<Done> Client::switch_account(bool discard) {
  const auto connection = connection_;
  return connection->switch_account(discard);
}

Outcome<Done> Client::adopt(FirstLogin choice) {
  const auto connection = connection_;
  return connection->adopt(choice);
}

}  // namespace tidemark
