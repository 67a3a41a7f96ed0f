// On the way to the endpoint: TLS that is verified, and proxies, chosen by the app or by the
// environment.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "server.h"

using namespace tidemark;

namespace {

HttpOptions trusting(const Server& server, const char* file = "ca") {
  HttpOptions options;
  options.ca_file = server.at()[file];
  return options;
}

}  // namespace

TEST_CASE("http: a certificate is verified, always") {
  Server server(true);
  const Error unknown = fault_of(server.secure_url());
  CHECK(unknown.code == Errc::network);
  CHECK(unknown.detail.find("certificate") != std::string::npos);
  CHECK(open(server.secure_url(), trusting(server))->pull({}, {}).ok());
  CHECK(server.asked()["call"] == "/pull");
  // Known, but another's.
  CHECK(fault_of(server.secure_url("other"), trusting(server, "otherCa")).code == Errc::network);
  // No TLS at all.
  std::string plain = server.url("hub");
  plain.insert(4, "s");
  CHECK(fault_of(plain, trusting(server)).code == Errc::network);
  CHECK(!server.was_asked());
}

TEST_CASE("http: a proxy that the app names is used") {
  Server server;
  HttpOptions options;
  options.proxy = server.proxy_url();
  REQUIRE(open(server.url("hub"), options)->full(push_of(1), {}).ok());
  CHECK(server.asked()["proxy"] == server.url("hub") + "/full");
  CHECK(server.asked()["call"] == "/full");
  options.proxy = "http://127.0.0.1:1";
  CHECK(fault_of(server.url("hub"), options).code == Errc::network);
}

TEST_CASE("http: a proxy of the environment is used, unless the app wants none") {
  Server server;
  setenv("http_proxy", server.proxy_url().c_str(), 1);
  unsetenv("no_proxy");
  unsetenv("NO_PROXY");
  REQUIRE(open(server.url("hub"))->pull({}, {}).ok());
  CHECK(server.asked().contains("proxy"));
  CHECK(server.asked()["call"] == "/pull");
  HttpOptions options;
  options.proxy = "";
  REQUIRE(open(server.url("hub"), options)->pull({}, {}).ok());
  CHECK(server.asked()["call"] == "/pull");
  setenv("no_proxy", "127.0.0.1", 1);
  REQUIRE(open(server.url("hub"))->pull({}, {}).ok());
  CHECK(server.asked()["call"] == "/pull");
  unsetenv("http_proxy");
  unsetenv("no_proxy");
}

TEST_CASE("http: through a tunnel the proxy hears nothing that is for the endpoint") {
  Server server(true);
  HttpOptions options = trusting(server);
  options.proxy = server.proxy_url();
  options.token = [](bool) { return std::string(kSecret); };
  options.headers = {{"X-App", "todo"}};
  REQUIRE(open(server.secure_url(), options)->pull({}, {}).ok());
  const Json tunnel = server.asked();
  CHECK(tunnel["proxy"] == "127.0.0.1:" + server.at()["https"].dump());
  CHECK(!tunnel["headers"].contains("authorization"));
  CHECK(!tunnel["headers"].contains("x-app"));
  CHECK(server.asked()["headers"]["authorization"] == "Bearer " + std::string(kSecret));
}
