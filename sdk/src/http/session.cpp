// libcurl, and what of it may be seen: no text of an error quotes a header.
#include "http/session.h"

#include <algorithm>
#include <array>

#include "http/quiet_pipe.h"

namespace tidemark::http {
namespace {

/// How long an endpoint's wish to wait is believed.
constexpr std::int64_t kRetryAfterMsMax = 3'600'000;

/// What the callbacks of one request share.
struct Transfer {
  std::size_t bytes_max;
  const std::atomic<bool>* aborted;
  std::string body;
  bool is_too_long = false;
};

bool is_aborted(const std::atomic<bool>* flag) noexcept {
  return flag && flag->load(std::memory_order_relaxed);
}

std::size_t take(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.is_too_long = size > transfer.bytes_max - transfer.body.size();
  if (transfer.is_too_long) return 0;
  transfer.body.append(data, size);
  return size;
}

// libcurl calls it at least once a second, whatever it waits for.
int watch(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return is_aborted(static_cast<const Transfer*>(user)->aborted) ? 1 : 0;
}

/// A list of header lines, as libcurl wants it.
class Headers {
 public:
  explicit Headers(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) add(line.c_str());
    // No body waits for the endpoint's leave.
    add("Expect:");
  }
  ~Headers() { curl_slist_free_all(list_); }
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;
  [[nodiscard]] curl_slist* get() const noexcept { return list_; }

 private:
  void add(const char* line) {
    if (curl_slist* longer = curl_slist_append(list_, line)) list_ = longer;
  }
  curl_slist* list_ = nullptr;
};

void allow_only_http(CURL* curl) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

void set_security(CURL* curl, const HttpOptions& options) {
  allow_only_http(curl);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  if (options.proxy) curl_easy_setopt(curl, CURLOPT_PROXY, options.proxy->c_str());
  // What is for the endpoint is not for a proxy.
  curl_easy_setopt(curl, CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void set_limits(CURL* curl, const HttpOptions& options) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout_ms));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
  const auto bytes_max = static_cast<curl_off_t>(options.reply_bytes_max);
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, bytes_max);
}

void set_request(CURL* curl, const Request& request, const Headers& headers) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "tidemark");
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  if (!request.body) return;
  const auto size = static_cast<curl_off_t>(request.body->size());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, size);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body->data());
}

void set_callbacks(CURL* curl, Transfer& transfer, char* words) {
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
}

bool is_about_certificates(CURLcode code) noexcept {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_SSL_CACERT_BADFILE;
}

Error fault_of(CURLcode code, const Transfer& transfer, const char* words) {
  if (code == CURLE_ABORTED_BY_CALLBACK) return {Errc::closed, "the call was given up"};
  if (code == CURLE_OPERATION_TIMEDOUT) return {Errc::timeout, {}};
  if (transfer.is_too_long || code == CURLE_FILESIZE_EXCEEDED)
    return {Errc::bad_reply, "over " + std::to_string(transfer.bytes_max) + " bytes"};
  // libcurl's own words may quote a proxy's password; these are of use, and quote nothing.
  std::string detail = curl_easy_strerror(code);
  if (is_about_certificates(code) && *words != '\0') (detail += ": ") += words;
  return {Errc::network, std::move(detail)};
}

std::int64_t number_of(CURL* curl, CURLINFO info) {
  curl_off_t number = 0;
  return curl_easy_getinfo(curl, info, &number) == CURLE_OK ? std::int64_t{number} : 0;
}

void count(CURL* curl, Traffic* traffic) {
  if (!traffic) return;
  traffic->sent += static_cast<std::uint64_t>(number_of(curl, CURLINFO_SIZE_UPLOAD_T));
  traffic->received += static_cast<std::uint64_t>(number_of(curl, CURLINFO_SIZE_DOWNLOAD_T));
}

std::int64_t retry_after_ms(CURL* curl) {
  const std::int64_t seconds = number_of(curl, CURLINFO_RETRY_AFTER);
  return std::clamp<std::int64_t>(seconds, 0, kRetryAfterMsMax / 1'000) * 1'000;
}

/// libcurl, ready; once for all sessions, and for ever.
bool is_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

}  // namespace

Session::Session(const HttpOptions& options)
    : options_(options), handle_(is_ready() ? curl_easy_init() : nullptr) {}

Outcome<Reply> Session::perform(const Request& request, const CallOptions& call) {
  if (!handle_) return Error{Errc::network, "libcurl does not start"};
  if (is_aborted(call.aborted)) return Error{Errc::closed, "the call was given up"};
  CURL* curl = handle_.get();
  const Headers headers(request.headers);
  Transfer transfer{options_.reply_bytes_max, call.aborted, {}};
  std::array<char, CURL_ERROR_SIZE> words{};
  // Its last words, when connections are closed one day, are not for these.
  const std::unique_ptr<CURL, decltype(&curl_easy_reset)> forgotten(curl, curl_easy_reset);
  set_security(curl, options_);
  set_limits(curl, options_);
  set_request(curl, request, headers);
  set_callbacks(curl, transfer, words.data());
  const QuietPipe quiet;
  const CURLcode code = curl_easy_perform(curl);
  count(curl, call.traffic);
  if (code != CURLE_OK) return fault_of(code, transfer, words.data());
  Reply reply;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  reply.body = std::move(transfer.body);
  reply.retry_after_ms = retry_after_ms(curl);
  return reply;
}

bool is_url(const std::string& url, const std::vector<std::string>& schemes) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  char* scheme = nullptr;
  const bool is = parsed &&
                  curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
                  curl_url_get(parsed.get(), CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                  std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
  curl_free(scheme);
  return is;
}

}  // namespace tidemark::http
