// The requests of the protocol, written as js/src/transports/fetch.ts sends them.
#include "json/requests.h"

#include <cstdint>

#include "json/text.h"
#include "json/writer.h"

namespace tidemark::json {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::string text_of(Node node) {
  const auto bits = static_cast<std::uint64_t>(node);
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[bits >> shift & 0xf];
  return out;
}

/// The members of a push, in an object that is open.
void put_push(Writer& out, const FullRequest& request) {
  out.member("device", std::string_view(request.device));
  out.member("node", std::string_view(text_of(request.node)));
  out.member("schema", request.schema);
  out.name("cursor");
  if (request.cursor)
    out.text(*request.cursor);
  else
    out.raw("null");
  out.name("changes");
  out.open('[');
  for (const Change& each : request.changes) put_change(out, each);
  out.close(']');
  out.member("hub", request.hub);
  out.member("turn", request.turn);
  out.texts("after", request.after);
}

void put_page(Writer& out, const FullRequest& request) {
  out.name("pull");
  out.open('{');
  if (request.limit > 0) out.member("limit", std::int64_t{request.limit});
  out.texts("tables", request.tables);
  out.flag("own", request.own);
  out.member("known", request.known);
  out.close('}');
}

/// As application/x-www-form-urlencoded has it, but for a space, which is %20 everywhere.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view upper = "0123456789ABCDEF";
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != plain.npos)
      out += c;
    else
      ((out += '%') += upper[byte >> 4]) += upper[byte & 0xf];
  }
}

/// A query, parameter by parameter.
class Query {
 public:
  void put(std::string_view name, std::string_view is) {
    if (!out_.empty()) out_ += '&';
    out_ += name;
    out_ += '=';
    append_encoded(out_, is);
    // Here no escape could carry a lone surrogate.
    if (!is_utf8(is)) is_utf8_ = false;
  }
  void put(std::string_view name, const std::optional<std::string>& is) {
    if (is) put(name, std::string_view(*is));
  }
  void put(std::string_view name, std::int64_t is) {
    put(name, std::string_view(std::to_string(is)));
  }

  [[nodiscard]] Outcome<std::string> take() && {
    if (!is_utf8_) return Error{Errc::bad_input, "a name in the query is not UTF-8"};
    return std::move(out_);
  }

 private:
  std::string out_;
  bool is_utf8_ = true;
};

/// Names in a list: a comma in one is encoded, and so is what encodes it.
std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ',';
    for (const char c : name) {
      if (c == '%')
        out += "%25";
      else if (c == ',')
        out += "%2C";
      else
        out += c;
    }
  }
  return out;
}

}  // namespace

Outcome<std::string> full_body(const FullRequest& request) {
  Writer out;
  out.open('{');
  put_push(out, request);
  put_page(out, request);
  if (!request.records.empty()) {
    out.name("records");
    out.open('[');
    for (const RecordKey& each : request.records) {
      out.open('{');
      put_key(out, each);
      out.close('}');
    }
    out.close(']');
  }
  out.close('}');
  return std::move(out).take();
}

Outcome<std::string> push_body(const FullRequest& request) {
  Writer out;
  out.open('{');
  put_push(out, request);
  out.close('}');
  return std::move(out).take();
}

PullRequest pull_of(const FullRequest& request) {
  PullRequest out;
  out.cursor = request.cursor;
  out.limit = request.limit;
  out.tables = request.tables;
  out.known = request.known;
  out.hub = request.hub;
  out.schema = request.schema;
  if (request.own) return out;
  out.node = request.node;
  out.turn = request.turn;
  return out;
}

Outcome<std::string> digest_body(const DigestRequest& request) {
  Writer out;
  out.open('{');
  out.member("table", std::string_view(request.table));
  out.member("prefix", std::string_view(request.prefix));
  out.member("hub", request.hub);
  out.member("schema", request.schema);
  out.close('}');
  return std::move(out).take();
}

Outcome<std::string> pull_query(const PullRequest& request) {
  Query out;
  out.put("cursor", request.cursor);
  if (request.limit > 0) out.put("limit", std::int64_t{request.limit});
  if (request.node) out.put("node", std::string_view(text_of(*request.node)));
  out.put("turn", request.turn);
  out.put("known", request.known);
  out.put("hub", request.hub);
  out.put("schema", request.schema);
  if (!request.tables.empty()) out.put("tables", std::string_view(joined(request.tables)));
  return std::move(out).take();
}

Outcome<std::string> losses_query(const LossesRequest& request) {
  Query out;
  out.put("after", request.after);
  out.put("hub", request.hub);
  out.put("schema", request.schema);
  return std::move(out).take();
}

}  // namespace tidemark::json
