// Client: one connection of a local database with a hub. It asks the engine what to do, does it
// over the ports, and says how it went; what to send, when to try again and who wins is decided in
// the core.
//
//   auto client = tidemark::Client::open({.store = …, .transport = …});
//   if (!client) return fail(client.error());
//   (*client)->sync();    // now, on this thread; or
//   (*client)->start();   // all the time, on a thread of its own; or run(), from the app's own
//   loop
#ifndef TIDEMARK_CLIENT_H
#define TIDEMARK_CLIENT_H

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/config.h"
#include "tidemark/port/host.h"
#include "tidemark/port/store.h"
#include "tidemark/port/transport.h"
#include "tidemark/report.h"

namespace tidemark {

/// What becomes of rows that were here before the first connect, if the hub has records as well:
/// they are sent; or removed; or nothing is sent until the app says so by Client::adopt.
enum class FirstLogin : std::uint8_t { merge, keep_remote, ask };

/// What a client is made of: the store and the transport are needed, the rest may stay.
struct ClientOptions {
  std::unique_ptr<Store> store;
  std::unique_ptr<Transport> transport;
  /// Outlives the client.
  Host* host = &system_host();
  /// The version of the app's schema, told to the hub.
  std::int64_t schema = 1;
  Config config = {};
  FirstLogin first_login = FirstLogin::merge;
  /// start(): how often the store is asked whether the app, or another program, has written.
  std::int64_t watch_ms = 250;
  /// Runs what it is given on the thread where the app wants to be called back, for example by
  /// posting it to the loop of a window. Empty: the thread that has the news.
  std::function<void(std::function<void()>)> callbacks = {};
};

/// Keep it as long as the calls are wanted: none begins once it is gone.
using Subscription = std::shared_ptr<void>;

/// Any thread may call anything at any time, also from a callback. Store and transport are used by
/// one thread at a time, callbacks come one after the other and while no lock is held. What blocks
/// says so. From within a call of the store or the transport (a token that is asked for) what needs
/// these gives Errc::wrong_state.
class Client {
 public:
  /// Errc::bad_input: a port is missing. Else the error of the store. Sends nothing yet.
  [[nodiscard]] static Outcome<std::unique_ptr<Client>> open(ClientOptions options);
  /// Ends what is under way; what is pending stays, and is sent by the next client. Waits only for
  /// the store and the transport, not for callbacks.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends and reads everything now, on this thread or with the one that does already. Blocks until
  /// all writes made before the call are acknowledged, or says why not; the next try is then up to
  /// the next sync(), start() or run(). Errc::timeout: `timeout_ms` have passed (0: never).
  Outcome<Done> sync(std::int64_t timeout_ms = 0);
  /// Does on this thread what is due now, requests included, and says when to call again; none:
  /// after the next command, or write.
  std::optional<WallMs> run();
  /// Syncs from now on by a thread of its own. Once is enough.
  void start();
  /// Ends that thread, and what it has under way.
  void stop();
  /// The app has written, or the hub may have news: sooner than it would show by itself.
  void poke();
  void pause();
  void resume();
  /// Says what the network does: while offline nothing is tried.
  void set_online(bool online);

  [[nodiscard]] ClientStatus status() const;
  [[nodiscard]] Metrics metrics() const;
  /// Calls back at once with the status, and after every change.
  [[nodiscard]] Subscription on_status(std::function<void(const ClientStatus&)> listener);
  [[nodiscard]] Subscription on_event(std::function<void(const Event&)> listener);

  /// A new record's key, unquoted: `{device}-{timestamp}-{random}`.
  [[nodiscard]] Outcome<std::string> new_id();
  /// The records that wait to be sent.
  Outcome<std::vector<PendingRecord>> pending();
  Outcome<PendingExport> export_pending();
  /// `id`: the canonical JSON text of the key; Errc::key_unsupported: it is none.
  Outcome<RecordState> record_state(const std::string& table, const std::string& id);
  /// The last exchanges that moved something or failed, oldest first.
  Outcome<std::vector<SyncLogEntry>> history();

  /// Values that lost to a concurrent write, the newest first: those that this device saw, and,
  /// where it can be reached, the hub's, which blocks.
  Outcome<std::vector<Loss>> losses();
  /// Those that this device saw.
  Outcome<std::vector<Loss>> local_losses();
  /// Writes the lost values again, as a write of now.
  Outcome<Done> undo(const Loss& loss);
  /// Changes that the hub refused for good. They block nothing, and stay until the app deals with
  /// them.
  Outcome<std::vector<DeadLetter>> dead_letters();
  /// Sends the refused change again. Errc::bad_input: there is no such letter.
  /// Errc::reread_pending: a delete waits until its record was read again, and so can be seen;
  /// retry after the next sync.
  Outcome<Done> retry(std::int64_t id);
  /// Gives the change up: the record is shown as the hub has it.
  Outcome<Done> discard(std::int64_t id);
  /// Sends this row instead of the refused change. Errors as retry; Errc::value_unsupported: a
  /// value is no JSON text of the tagged form.
  Outcome<Done> edit(std::int64_t id, const Row& row);

  /// Compares all synced tables with the hub's, by digests, after a sync. What differs is read
  /// again; what only this device has is sent. Records with pending writes or dead letters are left
  /// alone. Blocks. Errc::unavailable: the hub moved on each time that a table was compared.
  Outcome<VerifyReport> verify();

  /// Another user signs in: removes all synced rows here, and starts anew with what the transport's
  /// token now gives. Errc::account_pending: something was not sent, or there are dead letters;
  /// `discard` drops both. Blocks while the store does it.
  Outcome<Done> switch_account(bool discard = false);
  /// Answers FirstLogin::ask: merge or keep_remote.
  Outcome<Done> adopt(FirstLogin choice);

 private:
  class Connection;
  explicit Client(std::shared_ptr<Connection> connection);
  std::shared_ptr<Connection> connection_;
};

}  // namespace tidemark

#endif  // TIDEMARK_CLIENT_H
