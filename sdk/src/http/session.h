// Requests over libcurl, one after another over connections that are kept open. What became of one
// is a status and a body, or an Error; what they mean is for others to say.
#ifndef TIDEMARK_HTTP_SESSION_H
#define TIDEMARK_HTTP_SESSION_H

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/http_transport.h"

namespace tidemark::http {

struct Request {
  std::string url;
  /// `Name: value`.
  std::vector<std::string> headers;
  /// None: a GET, else a POST.
  std::optional<std::string> body;
};

struct Reply {
  long status = 0;
  /// Decompressed.
  std::string body;
  /// What the endpoint asks for, or 0.
  std::int64_t retry_after_ms = 0;
};

class Session {
 public:
  /// `options` outlives it.
  explicit Session(const HttpOptions& options);
  /// Errc::closed where it was aborted.
  [[nodiscard]] Outcome<Reply> perform(const Request& request, const CallOptions& call);

 private:
  struct Cleanup {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  };

  const HttpOptions& options_;
  std::unique_ptr<CURL, Cleanup> handle_;
};

/// Whether libcurl takes it for an absolute url of one of these schemes.
[[nodiscard]] bool is_url(const std::string& url, const std::vector<std::string>& schemes);

}  // namespace tidemark::http

#endif  // TIDEMARK_HTTP_SESSION_H
