// server.mjs as a process of this test, and what it was asked.
#ifndef TIDEMARK_TESTS_HTTP_SERVER_H
#define TIDEMARK_TESTS_HTTP_SERVER_H

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tidemark/http_transport.h"
#include "vectors.h"

using Json = nlohmann::json;

class Server {
 public:
  explicit Server(bool tls = false);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Of the endpoint of that kind.
  [[nodiscard]] std::string url(const std::string& kind) const;
  [[nodiscard]] std::string secure_url(const char* server = "https") const;
  [[nodiscard]] std::string proxy_url() const;
  [[nodiscard]] const Json& at() const { return at_; }
  /// The next request that it was asked; waits for it.
  [[nodiscard]] Json asked();
  /// Whether it was asked anything that was not read yet.
  [[nodiscard]] bool was_asked() const;

 private:
  [[nodiscard]] Json line();

  int pid_ = -1;
  int input_ = -1;
  std::FILE* output_ = nullptr;
  Json at_;
};

/// A transport that must be one.
[[nodiscard]] std::unique_ptr<tidemark::Transport> open(const std::string& url,
                                                        tidemark::HttpOptions options = {});
/// A pull from the beginning: how it fails, and that no error tells the token.
[[nodiscard]] tidemark::Error fault_of(const std::string& url, tidemark::HttpOptions options = {},
                                       const tidemark::CallOptions& call = {});

inline constexpr const char* kSecret = "CANARY-9f1c";

/// A request to push `count` changes.
[[nodiscard]] tidemark::FullRequest push_of(int count);

#endif  // TIDEMARK_TESTS_HTTP_SERVER_H
