// The bodies of protocol 1 (sdk/docs/protocol.md) as plain data: what a shell, its store and its
// transport hand to each other. js/src/wire.ts has the same for TypeScript.
#ifndef TIDEMARK_WIRE_H
#define TIDEMARK_WIRE_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/stamp.h"

namespace tidemark {

/// Field to the canonical JSON text of its value in tagged form (protocol.md, Values): `"Milk"`,
/// `{"$tm:date":0}`. Values are opaque to all but stores and apps. UTF-8.
using Row = std::map<std::string, std::string, std::less<>>;
using FieldStamps = std::map<std::string, Stamp, std::less<>>;
/// Opaque to clients; none reads from the beginning.
using Cursor = std::optional<std::string>;

struct RecordKey {
  std::string table;
  /// Canonical JSON text of the record's key.
  std::string id;

  auto operator<=>(const RecordKey&) const = default;
};

/// A change without its values: what a journal keeps.
struct ChangeHead : RecordKey {
  Stamp stamp;
  bool deleted = false;
  bool patch = false;
  /// Fields with a stamp of their own, greater than `stamp`.
  FieldStamps fields;
  /// The fields of a patch.
  std::vector<std::string> names;
  /// As in a change.
  std::optional<std::string> born = {};
};

struct Change : RecordKey {
  Stamp stamp;
  bool deleted = false;
  bool patch = false;
  bool create = false;
  /// In `records` of a reply: the hub has no such record, and `stamp` means nothing.
  bool absent = false;
  /// Empty where deleted. In a patch a removed field has kAbsent.
  Row row;
  FieldStamps fields;
  /// On push: offered again after a hub was restored; the cursor at which it was known.
  std::optional<std::string> offer;
  /// What the creation of a record under a counted key drew: it tells the record from another
  /// device's of the same number.
  std::optional<std::string> born = {};
};

/// The text of a field of a patch that was removed.
inline constexpr std::string_view kAbsent = R"({"$tm:absent":0})";

/// What the hub made of one change; `deferred`: none, because another of the push collided.
struct PushResult {
  enum class Outcome { applied, merged, rejected, need_full, clock, clone, collision, deferred };
  Outcome outcome = Outcome::applied;
  /// merged: the fields that lost.
  std::vector<std::string> lost;
  /// rejected: a code of errors.def, as text. One that is not known is given as bad_request.
  std::string code;
  std::string message;
  bool retryable = false;
  /// clock: of the node that is too late the hub takes stamps up to here.
  std::optional<WallMs> until;
  /// collision: the greatest number that a record of the table has or had.
  std::optional<std::int64_t> past;
};

struct PullRequest {
  Cursor cursor;
  std::uint32_t limit = 0;
  std::vector<std::string> tables;
  /// Whose own writes may be left out: the node, and the latest turn that it was answered.
  std::optional<Node> node;
  std::optional<std::string> turn;
  /// Without a cursor: the one up to which the hub's state was known, so that a restore shows.
  Cursor known;
  std::optional<std::string> hub;
  std::int64_t schema = 1;
};

struct PullReply {
  std::vector<Change> changes;
  Cursor cursor;
  bool more = false;
  WallMs server_time = 0;
  /// Names the scope's storage for ever, restores included.
  std::optional<std::string> hub;
  /// Of the last change of the page, or of the hub where there is none.
  std::optional<std::int64_t> seq;
  /// Every backup holds what has this seq or less.
  std::optional<std::int64_t> safe;
  bool reset = false;
  /// With `reset`: the seq past which what the device knows is to be offered.
  std::optional<std::int64_t> offer;
  /// With `reset`: the hub does not know this cursor; the device offers all it holds.
  bool adopt = false;
  /// With `reset`: the cursor up to which the device still knows what the hub holds.
  Cursor known;
};

struct PushReply {
  std::vector<PushResult> results;
  std::int64_t seq = 0;
  std::string cursor;
  WallMs server_time = 0;
};

/// Push and the first page of pull.
struct FullRequest {
  std::string device;
  Node node{0};
  std::int64_t schema = 1;
  Cursor cursor;
  std::vector<Change> changes;
  std::optional<std::string> hub;
  /// Random, a new one at every attempt; and those of which one is the node's last.
  std::optional<std::string> turn;
  std::vector<std::string> after;
  std::uint32_t limit = 0;
  std::vector<std::string> tables;
  /// Leave nothing out.
  bool own = false;
  Cursor known;
  /// Records that the device wants to see whole, as they are after the push.
  std::vector<RecordKey> records;
};

struct FullReply {
  PushReply push;
  PullReply pull;
  /// None: the endpoint cannot show single records.
  std::optional<std::vector<Change>> records;
  WallMs server_time = 0;
};

}  // namespace tidemark

#endif  // TIDEMARK_WIRE_H
