// When things go wrong: each fault becomes the code that the engine acts on, and no error tells the
// token. tests/js/fetch-faults.test.ts has the same of the other transport.
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "server.h"

using namespace tidemark;

TEST_CASE("http: a status decides") {
  Server server;
  const std::pair<int, Errc> codes[] = {{400, Errc::bad_request},
                                        {401, Errc::unauthorized},
                                        {402, Errc::bad_reply},
                                        {403, Errc::forbidden},
                                        {404, Errc::not_found},
                                        {405, Errc::method_not_allowed},
                                        {408, Errc::timeout},
                                        {409, Errc::bad_reply},
                                        {413, Errc::too_large},
                                        {418, Errc::bad_reply},
                                        {422, Errc::bad_request},
                                        {425, Errc::unavailable},
                                        {426, Errc::protocol_unsupported},
                                        {429, Errc::rate_limited},
                                        {500, Errc::internal},
                                        {502, Errc::unavailable},
                                        {503, Errc::unavailable},
                                        {504, Errc::unavailable},
                                        {511, Errc::unavailable},
                                        {599, Errc::unavailable},
                                        {304, Errc::bad_reply}};
  for (const auto& [status, code] : codes) {
    CAPTURE(status);
    const Error error = fault_of(server.url("status/" + std::to_string(status)));
    CHECK(error.code == code);
    CHECK(error.detail.starts_with(std::to_string(status)));
  }
}

TEST_CASE("http: the body explains, and says why there is a conflict") {
  Server server;
  const auto of = [&](const std::string& kind) { return fault_of(server.url(kind)); };
  CHECK(of("error/400/internal/changes[3].stamp") ==
        Error{Errc::bad_request, "400 changes[3].stamp"});
  for (const Errc code : {Errc::reset_required, Errc::schema_outdated, Errc::account_mismatch})
    CHECK(of("error/409/" + std::string(name_of(code)) + "/because") == Error{code, "409 because"});
  // No other may halt sync.
  CHECK(of("error/409/unauthorized/because") == Error{Errc::bad_reply, "409 because"});
  for (const char* kind : {"page/500", "status/500", "error/500/unheard_of/secret"})
    CHECK(of(kind) == Error{Errc::internal, "500"});
  CHECK(of("words/100").detail.size() == 4 + 200);
  CHECK(of("words/100000").detail.size() < 1'100);
}

TEST_CASE("http: what an endpoint quotes of the token is not passed on") {
  Server server;
  CHECK(fault_of(server.url("echo")) == Error{Errc::bad_request, "400"});
  CHECK(server.asked()["headers"]["authorization"] == "Bearer " + std::string(kSecret));
}

TEST_CASE("http: Retry-After, in seconds or as a date, is believed up to an hour") {
  Server server;
  const auto wait = [&](const std::string& kind) {
    return fault_of(server.url(kind)).retry_after_ms;
  };
  CHECK(wait("retry/7") == 7'000);
  CHECK(wait("retry/0") == 0);
  CHECK(wait("retry/soon") == 0);
  CHECK(wait("retry/99999999999") == 3'600'000);
  CHECK(wait("status/429") == 0);
  const std::int64_t ms = wait("retryAt/1000");
  CHECK((ms > 900'000 && ms <= 1'000'000));
  CHECK(wait("retryAt/-90") == 0);
  CHECK(fault_of(server.url("retry/7")).code == Errc::rate_limited);
}

TEST_CASE("http: a body that is none of ours is a bad reply") {
  Server server;
  for (const char* kind : {"portal", "empty", "half", "other", "bytes"}) {
    CAPTURE(kind);
    const Error error = fault_of(server.url(kind));
    CHECK(error.code == Errc::bad_reply);
    CHECK((!error.detail.empty() && error.detail.size() < 200));
  }
}

TEST_CASE("http: a redirect is not followed, nor given the token") {
  Server server;
  for (const char* status : {"301", "302", "307", "308"}) {
    const Error error = fault_of(server.url("redirect/" + std::string(status)));
    CHECK(error == Error{Errc::bad_reply, status + std::string(" (redirects are not followed)")});
    CHECK(server.asked()["call"] == "/pull");
  }
  CHECK(!server.was_asked());
}

TEST_CASE("http: a reply that is cut off, or not the compression it says, is a network fault") {
  Server server;
  for (const char* kind : {"cut", "cutChunk", "notGzip"}) {
    CAPTURE(kind);
    CHECK(fault_of(server.url(kind)).code == Errc::network);
  }
}

TEST_CASE("http: a reply over the limit is a bad reply, announced or not") {
  Server server;
  HttpOptions options;
  options.reply_bytes_max = 100'000;
  const Error error{Errc::bad_reply, "over 100000 bytes"};
  CHECK(fault_of(server.url("long/100001"), options) == error);
  CHECK(fault_of(server.url("bomb/50000000"), options) == error);
  CHECK(fault_of(server.url("long/100000"), options).detail == "not JSON, or not all of it");
  CHECK(open(server.url("hub"), options)->pull({}, {}).ok());
}

TEST_CASE("http: no answer in time is a timeout") {
  Server server;
  HttpOptions options;
  options.timeout_ms = 200;
  CHECK(fault_of(server.url("never"), options).code == Errc::timeout);
  CHECK(fault_of(server.url("stall"), options).code == Errc::timeout);
}

TEST_CASE("http: an abort ends a call, before and after the first byte") {
  Server server;
  for (const char* kind : {"never", "stall"}) {
    std::atomic<bool> aborted = false;
    // Once it has been asked: the call is under way then.
    std::thread aborter([&] {
      (void)server.asked();
      aborted = true;
    });
    const Error error = fault_of(server.url(kind), {}, {.aborted = &aborted});
    aborter.join();
    CHECK(error.code == Errc::closed);
  }
  const std::atomic<bool> aborted = true;
  CHECK(fault_of(server.url("hub"), {}, {.aborted = &aborted}).code == Errc::closed);
  CHECK(!server.was_asked());
}

TEST_CASE("http: a transport works again after any fault") {
  Server server;
  HttpOptions options;
  options.timeout_ms = 1'000;
  options.paths.full = "/../stall/full";
  options.paths.losses = "/../cut/losses";
  const auto transport = open(server.url("hub"), options);
  CHECK(transport->full(push_of(1), {}).error().code == Errc::timeout);
  CHECK(transport->pull({}, {}).ok());
  CHECK(transport->losses({}, {}).error().code == Errc::network);
  CHECK(transport->pull({}, {}).ok());
}

TEST_CASE("http: a connection that is refused is a network fault") {
  CHECK(fault_of("http://127.0.0.1:1").code == Errc::network);
  CHECK(fault_of("http://no-such-host.invalid").code == Errc::network);
}

TEST_CASE("http: options that cannot work are refused at once, and no secret quoted") {
  const auto refused = [](const std::string& url, const HttpOptions& options = {}) {
    const auto transport = http_transport(url, options);
    CHECK(transport.error().code == Errc::bad_input);
    CHECK(transport.error().detail.find(kSecret) == std::string::npos);
    return transport.error().detail;
  };
  const std::string secret = kSecret;
  CHECK(refused("https://me:" + secret + "@example.com/sync") == "the url holds credentials");
  CHECK(refused("https://" + secret + "@example.com") == "the url holds credentials");
  for (const char* url : {"", "/sync", "example.com/sync", "ftp://example.com",
                          "file:///etc/passwd", "http://[nonsense", "http://", "https://a b/"})
    CHECK(refused(url) == "not an http or https url");
  HttpOptions options;
  for (const std::pair<std::string, std::string>& header :
       {std::pair<std::string, std::string>{"X", secret + "\r\nY: z"},
        {"X Y", secret},
        {"", secret},
        {"X:", secret}}) {
    options.headers = {header};
    CHECK(refused("https://example.com", options) == "a header cannot be sent");
  }
  options = {};
  options.scope = "a\nb";
  CHECK(refused("https://example.com", options) == "the scope cannot be sent in a header");
  options = {};
  options.timeout_ms = 0;
  CHECK(refused("https://example.com", options) == "timeout_ms is not above zero");
  options = {};
  options.proxy = secret;
  CHECK(refused("https://example.com", options) == "the proxy is no url");
  options = {};
  options.ca_file = "/no/such/file";
  CHECK(refused("https://example.com", options) == "no such ca_file");
  CHECK(http_transport("https://example.com/@me/sync?x=a@b").ok());
}
