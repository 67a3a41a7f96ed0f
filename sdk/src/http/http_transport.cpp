// The calls of the protocol as requests, and their answers as replies.
#include "tidemark/http_transport.h"

#include <algorithm>
#include <cstdio>

#include "http/faults.h"
#include "http/gzip.h"
#include "http/session.h"
#include "json/replies.h"
#include "json/requests.h"

namespace tidemark {
namespace {

using Path = std::optional<std::string>;

/// Whether it can be sent in a header: printable ASCII.
bool is_header_text(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_header_name(std::string_view name) noexcept {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
  return !name.empty() && name.find_first_not_of(plain) == name.npos;
}

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

/// What is said by the transport itself.
bool is_own_header(std::string_view name, const HttpOptions& options) noexcept {
  for (const char* own : {"Tidemark-Protocol", "Content-Type", "Content-Encoding"})
    if (is_same_name(name, own)) return true;
  return (is_same_name(name, "Authorization") && options.token) ||
         (is_same_name(name, "Tidemark-Scope") && !options.scope.empty());
}

class HttpTransport final : public Transport {
 public:
  HttpTransport(std::string url, HttpOptions options)
      : url_(std::move(url)), options_(std::move(options)), session_(options_) {
    for (const auto& [name, value] : options_.headers)
      // libcurl sends a header without a value only with a semicolon.
      if (!is_own_header(name, options_))
        headers_.push_back(value.empty() ? name + ';' : name + ": " + value);
    headers_.push_back("Tidemark-Protocol: 1");
    if (!options_.scope.empty()) headers_.push_back("Tidemark-Scope: " + options_.scope);
  }

  Outcome<PullReply> pull(const PullRequest& request, const CallOptions& options) override {
    auto text = get(options_.paths.pull, json::pull_query(request), options);
    return text ? json::read_pull(*text) : Outcome<PullReply>(text.error());
  }

  Outcome<FullReply> full(const FullRequest& request, const CallOptions& options) override {
    if (!options_.paths.full) return push_and_pull(request, options);
    auto text = post(options_.paths.full, json::full_body(request), options);
    if (!text) return text.error();
    return json::read_full(*text, request.changes.size());
  }

  Outcome<LossesReply> losses(const LossesRequest& request, const CallOptions& options) override {
    auto text = get(options_.paths.losses, json::losses_query(request), options);
    return text ? json::read_losses(*text) : Outcome<LossesReply>(text.error());
  }

  Outcome<DigestReply> digest(const DigestRequest& request, const CallOptions& options) override {
    auto text = post(options_.paths.digest, json::digest_body(request), options);
    return text ? json::read_digest(*text) : Outcome<DigestReply>(text.error());
  }

  Outcome<MetaReply> meta(const CallOptions& options) override {
    auto text = get(options_.paths.meta, std::string(), options);
    return text ? json::read_meta(*text) : Outcome<MetaReply>(text.error());
  }

 private:
  Outcome<FullReply> push_and_pull(const FullRequest& request, const CallOptions& options) {
    FullReply out;
    // A push of nothing is not sent.
    if (!request.changes.empty()) {
      auto text = post(options_.paths.push, json::push_body(request), options);
      if (!text) return text.error();
      auto push = json::read_push(*text, request.changes.size());
      if (!push) return push.error();
      out.push = *std::move(push);
    }
    auto page = pull(json::pull_of(request), options);
    if (!page) return page.error();
    out.pull = *std::move(page);
    out.server_time = out.pull.server_time;
    return out;
  }

  Outcome<std::string> get(const Path& path, Outcome<std::string> query, const CallOptions& call) {
    if (!path) return Error{Errc::not_found, "the endpoint has no such call"};
    if (!query) return query.error();
    http::Request request;
    request.url = url_ + *path;
    if (!query->empty()) {
      request.url += path->find('?') == path->npos ? '?' : '&';
      request.url += *query;
    }
    return send(std::move(request), call);
  }

  Outcome<std::string> post(const Path& path, Outcome<std::string> body, const CallOptions& call) {
    if (!path) return Error{Errc::not_found, "the endpoint has no such call"};
    if (!body) return body.error();
    http::Request request;
    request.url = url_ + *path;
    request.headers.push_back("Content-Type: application/json");
    request.body = *std::move(body);
    if (options_.gzip && request.body->size() >= http::kGzipBytesMin)
      if (auto smaller = http::gzipped(*request.body)) {
        request.headers.push_back("Content-Encoding: gzip");
        request.body = std::move(smaller);
      }
    return send(std::move(request), call);
  }

  Outcome<std::string> send(http::Request request, const CallOptions& call) {
    request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
    std::string token;
    if (options_.token) {
      auto given = options_.token(call.refresh_token);
      if (!given) return Error{Errc::unauthorized, "the app has no token"};
      token = *std::move(given);
      if (!is_header_text(token))
        return Error{Errc::unauthorized, "the token cannot be sent in a header"};
      request.headers.push_back("Authorization: Bearer " + token);
    }
    auto reply = session_.perform(request, call);
    if (!reply) return reply.error();
    if (reply->status >= 200 && reply->status < 300) return std::move(reply->body);
    Error fault = http::fault_of(*reply);
    // An endpoint may quote what it was sent.
    if (!token.empty() && fault.detail.find(token) != fault.detail.npos)
      fault.detail = std::to_string(reply->status);
    return fault;
  }

  std::string url_;
  HttpOptions options_;
  http::Session session_;
  /// Of every request.
  std::vector<std::string> headers_;
};

/// `user:password@` before the host: libcurl would send it, and others would log it.
bool has_credentials(std::string_view url) noexcept {
  const std::size_t begin = url.find("://");
  if (begin == url.npos) return false;
  const std::string_view rest = url.substr(begin + 3);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != rest.npos;
}

bool is_readable(const std::string& path) noexcept {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file) std::fclose(file);
  return file != nullptr;
}

std::string fault_of(const std::string& url, const HttpOptions& options) {
  if (has_credentials(url)) return "the url holds credentials";
  if (!http::is_url(url, {"http", "https"})) return "not an http or https url";
  for (const auto& [name, value] : options.headers)
    if (!is_header_name(name) || !is_header_text(value)) return "a header cannot be sent";
  if (!is_header_text(options.scope)) return "the scope cannot be sent in a header";
  if (options.connect_timeout_ms <= 0) return "connect_timeout_ms is not above zero";
  if (options.timeout_ms <= 0) return "timeout_ms is not above zero";
  if (options.reply_bytes_max == 0) return "reply_bytes_max is not above zero";
  if (options.proxy && !options.proxy->empty() &&
      !http::is_url(*options.proxy, {"http", "https", "socks4", "socks4a", "socks5", "socks5h"}))
    return "the proxy is no url";
  if (!options.ca_file.empty() && !is_readable(options.ca_file)) return "no such ca_file";
  return {};
}

}  // namespace

Outcome<std::unique_ptr<Transport>> http_transport(std::string url, HttpOptions options) {
  if (std::string fault = fault_of(url, options); !fault.empty())
    return Error{Errc::bad_input, std::move(fault)};
  while (url.ends_with('/')) url.pop_back();
  return std::unique_ptr<Transport>(
      std::make_unique<HttpTransport>(std::move(url), std::move(options)));
}

}  // namespace tidemark
