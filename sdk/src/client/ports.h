// The ports as several threads share them: each is used by one thread at a time, and by none once
// they are closed. Nobody holds a lock of the connection while they wait here.
#ifndef TIDEMARK_CLIENT_PORTS_H
#define TIDEMARK_CLIENT_PORTS_H

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "tidemark/port/store.h"
#include "tidemark/port/transport.h"

namespace tidemark::client {

/// Becomes true when calls are to be given up.
using Aborted = std::shared_ptr<std::atomic<bool>>;
[[nodiscard]] inline Aborted not_aborted() { return std::make_shared<std::atomic<bool>>(false); }

class Ports {
 public:
  Ports(std::unique_ptr<Store> store, std::unique_ptr<Transport> transport)
      : store_{std::move(store), {}, {}}, transport_{std::move(transport), {}, {}} {}

  /// What `use(Store&)` gives. Errc::closed, Errc::wrong_state: not possible, see client.h.
  template <typename Use>
  auto with_store(Use&& use) -> std::invoke_result_t<Use, Store&> {
    return with(store_, std::forward<Use>(use));
  }

  /// What `use(Transport&, const CallOptions&)` gives; `options` are completed by when to give up.
  template <typename Use>
  auto call(CallOptions options, const Aborted& aborted, Use&& use)
      -> std::invoke_result_t<Use, Transport&, const CallOptions&> {
    options.aborted = aborted.get();
    return with(transport_, [&](Transport& transport) {
      begin_call(aborted);
      auto result = use(transport, std::as_const(options));
      begin_call(nullptr);
      return result;
    });
  }

  /// Whether this thread is within a call of a port.
  [[nodiscard]] bool is_within() const {
    const auto me = std::this_thread::get_id();
    return store_.user == me || transport_.user == me;
  }

  /// Gives up the call under way; there will be no other.
  void shut();
  /// The same, waits until no port is in use, and destroys both. What this very thread is within
  /// lives on until it returns.
  void close();

 private:
  template <typename P>
  struct Port {
    std::unique_ptr<P> port;
    std::mutex mutex;
    std::atomic<std::thread::id> user;
  };

  template <typename P, typename Use>
  auto with(Port<P>& port, Use&& use) -> std::invoke_result_t<Use, P&> {
    if (is_within()) return Error{Errc::wrong_state, "called from within a port"};
    const std::scoped_lock lock(port.mutex);
    if (closed_) return Error{Errc::closed, {}};
    port.user = std::this_thread::get_id();
    auto result = use(*port.port);
    port.user = std::thread::id();
    return result;
  }

  template <typename P>
  static void destroy(Port<P>& port) {
    if (port.user == std::this_thread::get_id()) return;
    const std::scoped_lock lock(port.mutex);
    port.port.reset();
  }

  void begin_call(Aborted aborted);

  Port<Store> store_;
  Port<Transport> transport_;
  std::atomic<bool> closed_ = false;
  std::mutex call_mutex_;
  Aborted call_;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_PORTS_H
