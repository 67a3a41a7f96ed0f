// The status, asked for and told.
#include <utility>

#include "handle.h"

namespace tidemark::c {

static_assert(static_cast<int>(Phase::idle) == tidemark_phase_idle &&
              static_cast<int>(Phase::syncing) == tidemark_phase_syncing &&
              static_cast<int>(Phase::waiting) == tidemark_phase_waiting &&
              static_cast<int>(Phase::offline) == tidemark_phase_offline &&
              static_cast<int>(Phase::needs_auth) == tidemark_phase_needs_auth &&
              static_cast<int>(Phase::paused) == tidemark_phase_paused &&
              static_cast<int>(Phase::closed) == tidemark_phase_closed &&
              static_cast<int>(Phase::outdated) == tidemark_phase_outdated &&
              static_cast<int>(Phase::wrong_account) == tidemark_phase_wrong_account &&
              static_cast<int>(Phase::stalled) == tidemark_phase_stalled);

tidemark_status status_of(const ClientStatus& status) noexcept {
  return {.last_synced_at = status.last_synced_at,
          .pending = status.pending,
          .dead_letters = status.dead_letters,
          .losses = status.losses,
          .phase = static_cast<tidemark_phase>(status.phase),
          .error = static_cast<tidemark_errc>(status.error),
          .online = status.online ? 1 : 0};
}

void Listener::tell(const ClientStatus& status) {
  const std::scoped_lock lock(mutex_);
  const tidemark_status told = status_of(status);
  if (call_ != nullptr) call_(user_, &told);
}

void Listener::keep(Subscription subscription) {
  const std::scoped_lock lock(mutex_);
  if (call_ != nullptr) subscription_ = std::move(subscription);
}

void Listener::end() {
  const std::scoped_lock lock(mutex_);
  call_ = nullptr;
  subscription_.reset();
}

namespace {

std::int64_t enlist(tidemark_client& client, const std::shared_ptr<Listener>& listener) {
  const std::scoped_lock lock(client.mutex);
  client.listeners.emplace(++client.last_id, listener);
  return client.last_id;
}

std::shared_ptr<Listener> delist(tidemark_client& client, std::int64_t id) {
  const std::scoped_lock lock(client.mutex);
  const auto node = client.listeners.extract(id);
  return node ? node.mapped() : nullptr;
}

}  // namespace
}  // namespace tidemark::c

extern "C" {

tidemark_errc tidemark_get_status(tidemark_client* client, tidemark_status* status) noexcept {
  using namespace tidemark::c;
  if (!given(client, status)) return tidemark_errc_bad_input;
  *status = status_of(client->client->status());
  return tidemark_errc_ok;
}

tidemark_errc tidemark_subscribe(tidemark_client* client, tidemark_listener listener, void* user,
                                 int64_t* id) noexcept {
  using namespace tidemark::c;
  if (!given(client, id)) return tidemark_errc_bad_input;
  if (listener == nullptr) return failed({tidemark::Errc::bad_input, "the listener is null"});
  const auto listening = std::make_shared<Listener>(listener, user);
  // Known before the first call, in which the app may end it.
  *id = enlist(*client, listening);
  listening->keep(client->client->on_status(
      [listening](const tidemark::ClientStatus& status) { listening->tell(status); }));
  return tidemark_errc_ok;
}

tidemark_errc tidemark_unsubscribe(tidemark_client* client, int64_t id) noexcept {
  using namespace tidemark::c;
  if (!given(client)) return tidemark_errc_bad_input;
  const auto listener = delist(*client, id);
  if (!listener) return failed({tidemark::Errc::bad_input, "no such subscription"});
  listener->end();
  return tidemark_errc_ok;
}

}  // extern "C"
