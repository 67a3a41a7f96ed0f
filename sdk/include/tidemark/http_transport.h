// The transport over HTTP, by libcurl: protocol 1 at any endpoint, with its paths and headers. TLS
// is verified, always; redirects are not followed, since a token could go with them.
//
//   auto transport = tidemark::http_transport("https://api.example.com/sync",
//                                             {.token = [](bool) { return std::string("…"); }});
#ifndef TIDEMARK_HTTP_TRANSPORT_H
#define TIDEMARK_HTTP_TRANSPORT_H

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tidemark/port/transport.h"

namespace tidemark {

/// The bearer token; none: the app has none, and the call gives Errc::unauthorized. `refresh`: the
/// last one was refused. Asked for before each request, on the thread of the call; must not throw.
using TokenSource = std::function<std::optional<std::string>(bool refresh)>;

/// Appended to the url. None: the endpoint has no such call, and push and pull do without.
struct HttpPaths {
  std::string push = "/push";
  std::string pull = "/pull";
  std::optional<std::string> full = "/full";
  std::optional<std::string> losses = "/losses";
  std::optional<std::string> digest = "/digest";
  std::optional<std::string> meta = "/meta";
};

/// How requests are sent: each has a default that suits Tidemark's own endpoint.
struct HttpOptions {
  /// Empty: requests have no Authorization but that of `headers`.
  TokenSource token = {};
  /// The scope, if it is not the user's own.
  std::string scope = {};
  HttpPaths paths = {};
  /// Sent with every request: name and value.
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// Compress request bodies; the endpoint must understand `Content-Encoding: gzip`, as
  /// Tidemark's own does. Compressed replies are read in any case.
  bool gzip = false;
  /// A connection that is not made after this long is given up.
  std::int64_t connect_timeout_ms = 10'000;
  /// A request without its whole answer is given up after this long.
  std::int64_t timeout_ms = 30'000;
  /// Bytes of a reply, decompressed, at most: a longer one is Errc::bad_reply.
  std::size_t reply_bytes_max = std::size_t{64} << 20;
  /// Certificates to trust instead of the system's: a PEM file. Empty: the system's.
  std::string ca_file = {};
  /// `http://user:password@host:port`, `socks5h://…`; empty: none, whatever the environment says.
  /// Not set: as the environment says (https_proxy, http_proxy, all_proxy, no_proxy).
  std::optional<std::string> proxy = {};
};

/// A transport to the endpoint whose base is `url`, for example `https://api.example.com/sync`.
/// Connections are kept open between calls. Errc::bad_input: the url is none of http or https, or
/// holds credentials; a header cannot be sent; a limit is not above zero; the proxy is no url;
/// there is no such `ca_file`.
[[nodiscard]] Outcome<std::unique_ptr<Transport>> http_transport(std::string url,
                                                                 HttpOptions options = {});

}  // namespace tidemark

#endif  // TIDEMARK_HTTP_TRANSPORT_H
