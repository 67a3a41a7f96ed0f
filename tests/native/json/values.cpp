// Canonical texts, ids and their order against the vectors that the TypeScript is held to as well
// (tests/js/values-vectors.test.ts).
#include <catch2/catch_test_macros.hpp>

#include "json/canonical.h"
#include "json/keys.h"
#include "json/tagged.h"
#include "json/text.h"
#include "vectors.h"

using namespace tidemark;

namespace {

const nlohmann::json& vectors() {
  static const nlohmann::json all = read_vectors("values.json");
  return all;
}

std::vector<std::string> texts(const char* name) {
  return vectors()[name].get<std::vector<std::string>>();
}

int sign(int number) { return (number > 0) - (number < 0); }

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + "0" + std::string(levels, ']');
}

}  // namespace

TEST_CASE("json: every value has its canonical text, whatever text it is given as") {
  REQUIRE(vectors()["canonical"].size() > 300);
  for (const auto& each : vectors()["canonical"]) {
    const auto wanted = each["text"].get<std::string>();
    const auto text = json::canonical(each["json"].get<std::string>());
    CAPTURE(each["json"]);
    REQUIRE(text.ok());
    CHECK(*text == wanted);
    const auto again = json::canonical(wanted);
    REQUIRE(again.ok());
    CHECK(*again == wanted);
    CHECK(json::is_utf8(*text));
  }
}

TEST_CASE("json: what is no value is refused") {
  for (const char* name : {"unsupported", "malformed"})
    for (const std::string& text : texts(name)) {
      CAPTURE(text);
      CHECK(json::canonical(text).error().code == Errc::value_unsupported);
    }
  CHECK(json::canonical(R"({"$tm:map":1})").error().detail == "a value is tagged $tm:map");
}

TEST_CASE("json: bytes that are no UTF-8 are no JSON, in a text or outside") {
  for (const char* bytes : {"\"\xff\"", "\xff", "\"\xc3\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
                            "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "\"\xf0\x9f\x98\"", "\"\x80\""})
    CHECK(!json::parse(bytes));
  for (const char* text : {"\xff", "\xc3", "\xc0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
                           "a\x80", "\xed\xa0\xbd\xed\xb8\x80"})
    CHECK(!json::is_text(text));
  CHECK(json::is_text("\xed\xa0\x80 \xf0\x9f\x98\x80"));
  CHECK(!json::is_utf8("\xed\xa0\x80"));
  CHECK(json::quoted("\xed\xa0\x80\xed\xbf\xbf") == R"("\ud800\udfff")");
}

TEST_CASE("json: a text nested past the limit ends there, however deep") {
  CHECK(json::parse(nested(json::kDepthMax)));
  CHECK(!json::parse(nested(json::kDepthMax + 1)));
  CHECK(!json::parse(std::string(1'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  CHECK(!json::parse(objects));
}

TEST_CASE("json: a number past every double is no value") {
  CHECK(!json::parse("1e400"));
  CHECK(!json::parse("[-1e309]"));
}

TEST_CASE("json: canonical texts are ordered as JavaScript orders them") {
  const auto ascending = texts("ascending");
  REQUIRE(ascending.size() > 30);
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      const int wanted = (i > j) - (i < j);
      CHECK(sign(json::compare_tagged(ascending[i], ascending[j])) == wanted);
    }
}

TEST_CASE("json: texts with lone surrogates are ordered by their code units") {
  const std::string high = "\xed\xa0\xbd", grin = "\xf0\x9f\x98\x80", low = "\xed\xb8\x80";
  const std::vector<std::string> ascending = {"",
                                              "a",
                                              "\xed\x9f\xbf",
                                              "\xed\xa0\x80",
                                              high,
                                              high + "a",
                                              grin,
                                              grin + "a",
                                              high + "\xee\x80\x80",
                                              low,
                                              "\xee\x80\x80",
                                              "\xef\xbf\xbf"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CAPTURE(i, j);
      CHECK(sign(json::compare_texts(ascending[i], ascending[j])) == (i > j) - (i < j));
      CHECK(json::name_less("x" + ascending[i], "x" + ascending[j]) == (i < j));
    }
  CHECK(json::compare_texts("\xff", "\xff\xff") < 0);
  CHECK(json::compare_texts("\xe2\x82", "\xe2") > 0);
}

TEST_CASE("json: a row's text has its fields in the order of JavaScript") {
  const Row row = {{"b", "1"},
                   {"10", "2"},
                   {"9", "3"},
                   {"\xee\x80\x80", "4"},
                   {"\xf0\x9f\x98\x80", R"("x")"},
                   {"\xed\xa0\x80", "null"}};
  const std::string wanted =
      "{\"9\":3,\"10\":2,\"b\":1,\"\\ud800\":null,\"\xf0\x9f\x98\x80\":\"x\",\"\xee\x80\x80\":4}";
  CHECK(json::canonical(row) == wanted);
  CHECK(json::canonical(Row{}) == "{}");
}

TEST_CASE("json: ids are the only texts of their keys") {
  for (const std::string& id : texts("ids")) {
    CAPTURE(id);
    const auto key = json::key_of(id);
    REQUIRE(key.ok());
    CHECK(*json::id_of(*key) == id);
  }
  for (const std::string& id : texts("notIds")) {
    CAPTURE(id);
    const auto key = json::key_of(id);
    CHECK(key.error().code == Errc::bad_reply);
    CHECK(key.error().detail.starts_with("not an id: "));
  }
  CHECK(json::key_of(std::string(100'000, 'x')).error().detail.size() < 200);
}

TEST_CASE("json: a key that cannot be synced has no id") {
  using Keys = std::vector<json::Key>;
  json::Key deep{std::string("a")};
  for (std::size_t i = 0; i < json::kKeyDepthMax; ++i) deep = {Keys{deep}};
  CHECK(json::id_of(deep).ok());
  const std::vector<json::Key> refused = {
      {Keys{}}, {std::int64_t{9'007'199'254'740'992}}, {std::string("\xff")}, {Keys{deep}}};
  for (const json::Key& key : refused)
    CHECK(json::id_of(key).error().code == Errc::key_unsupported);
  CHECK(*json::id_of({Keys{{std::string("h1")}, {std::int64_t{3}}}}) == R"(["h1",3])");
}

TEST_CASE("json: an id is measured in bytes of its text") {
  for (const std::string unit : {"x", "\xc3\xa9", "\xf0\x9f\x98\x80", "\x01"}) {
    const std::size_t size = json::quoted(unit).size() - 2;
    std::string most;
    for (std::size_t i = 0; i < (json::kIdBytesMax - 2) / size; ++i) most += unit;
    CHECK(json::id_of({most}).ok());
    CHECK(json::id_of({most + unit}).error().detail == "an id is over 1024 bytes");
  }
}

TEST_CASE("json: bytes come back from their base64") {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(json::bytes_of_base64(json::base64(bytes)) == bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 31 + 7));
  }
  CHECK(json::base64(std::vector<std::uint8_t>{1, 2}) == "AQI=");
  CHECK(json::bytes_of_base64(" A Q\tI") == std::vector<std::uint8_t>{1, 2});
}
