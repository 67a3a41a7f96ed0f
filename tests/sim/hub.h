// The hub of one scope: the rules of js/src/worker in the same shape (push, pull, keeping), over an
// array. Its data is one value: a backup is a copy.
#ifndef TIDEMARK_SIM_HUB_H
#define TIDEMARK_SIM_HUB_H

#include <functional>

#include "wire.h"

namespace sim {

inline constexpr std::int64_t kDayMs = 86'400'000;
inline constexpr std::int64_t kBackupMs = 30 * kDayMs;
inline constexpr std::int64_t kTombstoneMs = 90 * kDayMs;
inline constexpr std::int64_t kMarkMs = 3'600'000;
inline constexpr std::int64_t kDriftMs = 60'000;

struct HubRecord {
  bool held = false;
  Columns columns;
  std::array<std::uint32_t, kFields> field_seq{};  // of the exceptions
  std::uint32_t seq = 0, whole_seq = 0;
  Node by_node{0};  // 0: everyone is to read it
  Stamp lost_reg;
  Values values{};

  [[nodiscard]] std::uint32_t seq_of(int f) const {
    return columns.field[f] != kNoStamp ? field_seq[f] : whole_seq;
  }
};

struct Epoch {
  std::uint32_t id = 0, parent = 0, restored_seq = 0;
  Stamp purged;
  WallMs began = 0;
};

/// A change the hub took, for the reference model.
struct Taken {
  Change change;
  std::uint32_t seq = 0;
};

struct HubData {
  std::array<HubRecord, kRecords> records;
  std::uint32_t seq = 0, fence = 0;
  std::vector<Epoch> epochs;  // the last is the present one
  struct Mark {
    WallMs at;
    std::uint32_t seq;
  };
  std::vector<Mark> marks;
  struct Retired {
    Node node;
    WallMs until;
  };
  std::vector<Retired> retired;
  struct Turns {
    Node node;
    tidemark::Turn turn;
  };
  std::vector<Turns> turns;
  std::vector<Loss> losses;
  std::vector<Taken> taken;
};

/// A record that was purged, and in which epoch: outside the data, so that a restore leaves it.
struct Purge {
  std::uint32_t epoch = 0;
  Record record = 0;
  Stamp reg;
  /// While devices may still have offered it after a restore.
  bool early = false;
  /// What the hub had taken for it, and under which stamps.
  std::vector<std::pair<Value, Stamp>> values;
};

class Hub {
 public:
  HubData data;
  std::uint32_t id = 0;
  std::vector<Purge> purges;
  std::uint32_t schema_min = 1;
  /// Full: every push is answered `unavailable`.
  bool quota = false;
  /// By value: refused for good, or for now.
  std::function<Result(const Change&)> verdict;

  void create(std::uint32_t hub_id, std::uint32_t epoch, WallMs now);
  Reply answer(const Request& request, WallMs now);
  /// The data is a backup's from here on.
  void restored(HubData backup, std::uint32_t epoch, WallMs now);
  [[nodiscard]] std::uint32_t epoch() const { return data.epochs.back().id; }
  [[nodiscard]] std::uint32_t safe(WallMs now) const;
  void maintain(WallMs now);

 private:
  struct Push {
    const Request& request;
    std::uint32_t read;
    std::uint32_t seq;
    std::vector<Result> results;
  };
  [[nodiscard]] bool can_read(Cursor cursor) const;
  tidemark::Errc check(const Request& request) const;
  void push(const Request& request, WallMs now, Reply& reply);
  bool take_turn(const Request& request);
  [[nodiscard]] Result verdict_of(const Change& change) const;
  /// Up to where the stamps of its nodes are taken, if one of them is not; none: all are.
  std::optional<WallMs> clock_until(const Change& change, WallMs now);
  std::optional<WallMs> bound_of(Stamp stamp) const;
  void retire(Node node, WallMs until);
  /// Whether a purge may have taken its record, as far as the stamps tell.
  [[nodiscard]] bool is_late(const Change& change) const;
  /// The answer to a change of an absent record that is not to be stored.
  [[nodiscard]] std::optional<Result> refuse_absent(const Change& change) const;
  Result insert(Push& push, const Change& change);
  Result merge(Push& push, const Change& change);
  void keep_losses(const Push& push, const HubRecord& held, const Change& change,
                   const JoinResult& joined, bool register_lost, bool delete_won);
  void add_loss(const Loss& loss);
  [[nodiscard]] Stamp purged_after(std::uint32_t epoch_id, bool all) const;
  void pull(const Request& request, WallMs now, Reply& reply);
  void reset(Cursor cursor, WallMs now, Reply& reply);
  [[nodiscard]] bool leaves_out(const Request& request, const HubRecord& record) const;
  Change change_of(Record record, std::uint32_t after) const;
};

}  // namespace sim

#endif  // TIDEMARK_SIM_HUB_H
