// What a handle of the C API stands for, and how a call of it fails.
#ifndef TIDEMARK_C_HANDLE_H
#define TIDEMARK_C_HANDLE_H

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include "tidemark.h"
#include "tidemark/client.h"

namespace tidemark::c {

/// A callback of the app, that can be ended for good from any thread.
class Listener {
 public:
  Listener(tidemark_listener call, void* user) : call_(call), user_(user) {}
  void tell(const ClientStatus& status);
  /// Keeps what makes the client tell this, until the end.
  void keep(Subscription subscription);
  /// Waits for a call on another thread.
  void end();

 private:
  // Recursive: a listener may end itself.
  std::recursive_mutex mutex_;
  tidemark_listener call_;
  void* user_;
  Subscription subscription_;
};

[[nodiscard]] tidemark_status status_of(const ClientStatus& status) noexcept;

/// Keeps the detail for tidemark_error_detail.
tidemark_errc failed(const Error& error);
/// A text for the app, which frees it.
tidemark_errc give(const std::string& text, char** out);

}  // namespace tidemark::c

struct tidemark_client {
  std::unique_ptr<tidemark::Client> client;
  std::mutex mutex;
  std::map<std::int64_t, std::shared_ptr<tidemark::c::Listener>> listeners;
  std::int64_t last_id = 0;
};

struct tidemark_token {
  std::optional<std::string> text;
};

namespace tidemark::c {

/// Whether every pointer is one; else the error is kept.
template <typename... Pointers>
[[nodiscard]] bool given(const Pointers*... pointers) {
  if ((... && (pointers != nullptr))) return true;
  failed({Errc::bad_input, "an argument is null"});
  return false;
}

/// What `work` gives of a client, as a code.
template <typename Work>
tidemark_errc done(tidemark_client* client, Work work) {
  if (!given(client)) return tidemark_errc_bad_input;
  if constexpr (std::is_void_v<std::invoke_result_t<Work, Client&>>) {
    work(*client->client);
    return tidemark_errc_ok;
  } else {
    const auto outcome = work(*client->client);
    return outcome ? tidemark_errc_ok : failed(outcome.error());
  }
}

}  // namespace tidemark::c

#endif  // TIDEMARK_C_HANDLE_H
