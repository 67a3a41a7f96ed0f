// Devices that meet without a hub: each tells the others what it holds, now and then, over a bad
// network, and what is stamped ahead of a device's clock waits there until its time has come.
#ifndef TIDEMARK_SIM_PEERS_H
#define TIDEMARK_SIM_PEERS_H

#include <string>

#include "schedule.h"
#include "wire.h"

namespace sim {

class Peers {
 public:
  explicit Peers(const Schedule& schedule, bool trace = false);
  void run();

  /// What an oracle saw; empty: nothing is wrong.
  std::string failure;
  std::uint64_t trace_hash = 0xcbf29ce484222325u;
  std::uint32_t steps = 0;

 private:
  struct Held {
    bool any = false;
    Columns columns;
    Values values{};
    bool operator==(const Held&) const = default;
  };
  /// What a device has stored.
  struct Stored {
    std::array<Held, kRecords> held{};
    std::vector<Change> waiting;
  };
  /// A record as a naive model has it: the greatest stamp of each part wins. It shares nothing with
  /// the merge.
  struct Naive {
    std::array<std::pair<Stamp, Value>, kFields> fields{};
    std::pair<Stamp, bool> deleted{};
    void take(const Change& change);
    void take(const Naive& other);
  };
  /// And what it has in memory, made again at every start.
  struct Memory {
    tidemark::Clock clock{Node{0}};
    tidemark::Quarantine quarantine{0};
  };
  struct Peer {
    Stored stored, backup;
    /// Of all that it ever wrote or was told, and had stored.
    std::array<Naive, kRecords> naive{}, naive_backup{};
    Memory memory;
    std::int64_t skew_ms = 0;
  };
  struct Message {
    int to = 0;
    std::vector<Change> changes;
  };

  void act(const Action& action);
  void boot(int peer);
  void write(int peer);
  void tell(int peer, int other);
  void deliver(std::size_t at);
  void take(int peer, const Change& change);
  void apply(Peer& peer, const Change& change);
  void release(Peer& peer);
  void check();
  [[nodiscard]] WallMs wall(const Peer& peer) const { return now_ + peer.skew_ms; }
  void fail(const std::string& what);
  void hash(std::uint64_t word);

  const Schedule& schedule_;
  bool tracing_;
  Random random_;
  WallMs now_ = 1'700'000'000'000;
  std::vector<Peer> peers_;
  std::vector<Message> network_;
  Value last_write_ = 0;
  bool quiet_ = false;
};

}  // namespace sim

#endif  // TIDEMARK_SIM_PEERS_H
