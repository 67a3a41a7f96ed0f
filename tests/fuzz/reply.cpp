// Any bytes are a reply of the protocol or a bad_reply, and what was read can be sent again: its
// rows are canonical texts, its ids those of keys.
#include <string>

#include "fuzz.h"
#include "json/canonical.h"
#include "json/keys.h"
#include "json/replies.h"
#include "json/requests.h"
#include "json/text.h"

namespace {

namespace json = tidemark::json;

void expect_canonical(const std::string& text) {
  const auto again = json::canonical(text);
  fuzz::require(again.ok() && *again == text, "a value that was read is canonical");
  fuzz::require(json::is_utf8(text), "a canonical text is UTF-8");
}

void expect_sendable(const std::vector<tidemark::Change>& changes) {
  tidemark::FullRequest request;
  request.changes = changes;
  for (const auto& change : changes) {
    const auto key = json::key_of(change.id);
    fuzz::require(key.ok(), "an id that was read is one");
    // One that is too long is refused when it is made.
    if (const auto id = json::id_of(*key)) fuzz::require(*id == change.id, "a key has one id");
    for (const auto& [field, value] : change.row)
      if (!change.patch || value != tidemark::kAbsent) expect_canonical(value);
    expect_canonical(json::canonical(tidemark::Row(change.patch ? tidemark::Row() : change.row)));
  }
  const auto body = json::full_body(request);
  fuzz::require(body.ok() && json::parse(*body), "what was read can be written");
}

template <typename Reply>
void expect_bad_or(const tidemark::Outcome<Reply>& reply) {
  const bool bad = reply.error().code == tidemark::Errc::bad_reply;
  fuzz::require(reply.ok() || (bad && !reply.error().detail.empty()), "what is none is bad_reply");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t changes = data[0] & 7;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto pull = json::read_pull(text);
  expect_bad_or(pull);
  if (pull) expect_sendable(pull->changes);
  const auto full = json::read_full(text, changes);
  expect_bad_or(full);
  if (full) expect_sendable(full->records.value_or(full->pull.changes));
  expect_bad_or(json::read_push(text, changes));
  expect_bad_or(json::read_losses(text));
  expect_bad_or(json::read_digest(text));
  expect_bad_or(json::read_meta(text));
  (void)json::read_error(text);
  if (const auto value = json::parse(text)) {
    const std::string once = json::write(*value);
    const auto again = json::parse(once);
    fuzz::require(again && json::write(*again) == once, "a canonical text stays as it is");
  }
  if (const auto canonical = json::canonical(text)) expect_canonical(*canonical);
  return 0;
}
