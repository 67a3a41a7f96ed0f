// The world of one history: devices, hubs, the network, time, and what the oracles remember. One
// thread, no clock but its own: a schedule decides everything.
#ifndef TIDEMARK_SIM_WORLD_H
#define TIDEMARK_SIM_WORLD_H

#include <deque>
#include <string>

#include "device.h"
#include "hub.h"
#include "schedule.h"
#include "write.h"

namespace sim {

class World : public DeviceHost {
 public:
  explicit World(const Schedule& schedule, bool trace = false);

  /// Runs the whole schedule, or to the first thing that is wrong.
  void run();
  void act(const Action& action);

  /// What an oracle saw; empty: nothing is wrong.
  std::string failure;
  std::uint64_t trace_hash = 0xcbf29ce484222325u;
  std::uint32_t steps = 0;
  /// How often each outcome and event occurred, for the report of a run.
  struct Counts {
    std::uint32_t resets = 0, restamps = 0, purges = 0, letters = 0, losses = 0;
  };
  Counts counts;

 private:
  struct Message {
    int device = 0;
    int hub = 0;
    std::uint32_t id = 0;
    std::uint32_t life = 0;  // of the device's memory that sent it
    bool is_reply = false;
    Request request;
    Reply reply;
    tidemark::Errc fault = tidemark::Errc::ok;
  };
  struct Backup {
    WallMs at = 0;
    HubData data;
  };
  struct DeviceState {
    std::int64_t skew_ms = 0;
    /// By which it gains or loses, in millionths; and what that came to below a millisecond.
    std::int64_t drift_ppm = 0, drifted = 0;
    int account = 0;
    std::uint32_t life = 0;
    bool full = false, paused = false;
    std::optional<Disk> backup;
    WallMs backup_at = 0;
    Cursor read_to;
  };

  // DeviceHost.
  WallMs wall(int device) override { return now_ + states_[device].skew_ms; }
  void send(int device, std::uint32_t message, Request request) override;
  bool store_fails(int device) override;
  bool crashes(int device) override;
  void restamped(int device, Value write, Stamp stamp, bool refused) override;
  void committed(int device) override;
  void settled(int device, const Batch& batch, const std::vector<Settled>& settled,
               std::uint32_t hub) override;
  void check_batch(int device, const Batch& batch) override;
  void verify(int device) override;

  // Actions (world.cpp, network.cpp, faults.cpp).
  void deliver(std::size_t at);
  void exchange(int device);
  void at_hub(const Message& message);
  void note_reached(const Request& request, const Reply& reply);
  void write(int device, bool many);
  void write_one(int device, std::uint32_t transaction);
  void pass(std::int64_t ms);
  void advance(std::int64_t ms);
  void boot(int device);
  void set_clock(int device);
  void restore_hub();
  void restore_device(int device);
  void clone(int device);
  void mark_copied(const Disk& disk);
  void evict(int device);
  void switch_account(int device);
  void deal_with_letters(int device, bool all);
  void retry(int device, const DeadLetter& letter);
  void drop_lost_copies();
  [[nodiscard]] bool copy_exists(Value write) const;
  void pump_due();
  Device& device(int i) { return *devices_[i]; }
  [[nodiscard]] Hub& hub_of(int i) { return hubs_[states_[i].account]; }

  // Quiet and the oracles (quiet.cpp, oracles.cpp).
  void check();
  void mend();
  bool settle();
  [[nodiscard]] bool is_settled() const;
  void look();
  void look_at_hub(int hub);
  void look_at_letters(int device);
  void look_at_device(int device);
  void look_at_writes();
  void look_at_write(Value number, const Write& write);
  void check_vanished(Value write);
  void check_purged(int device, const Change& change);
  [[nodiscard]] bool is_back(const Purge& purge, const Hub& hub, Value write) const;
  [[nodiscard]] bool is_stamp_of(Stamp stamp, Value write) const;
  [[nodiscard]] bool is_deleted_after(Value write, int field) const;
  [[nodiscard]] bool is_overwritten_for_good(Value write, int field) const;
  [[nodiscard]] bool is_undone(Value write, int field) const;
  [[nodiscard]] bool is_overwritten(Value write, int field) const;
  [[nodiscard]] bool is_in_ledger(Value write) const;
  void remember_ledgers();
  void tell(const Message& message, const Reply& reply, bool lost);
  void tell(int device) const;
  void note(const char* form, ...) const __attribute__((format(printf, 2, 3)));
  void fail(const std::string& what);
  void hash(std::uint64_t word);

  const Schedule& schedule_;
  const Profile& profile_;
  bool tracing_;
  Random random_;
  static constexpr WallMs kBegin = 1'700'000'000'000;
  WallMs now_ = kBegin;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<DeviceState> states_;
  std::array<Hub, 2> hubs_;
  std::vector<Backup> backups_;
  std::vector<Message> network_, held_;
  int held_device_ = -1;
  std::vector<Write> writes_;   // by Value
  std::vector<bool> ledgered_;  // by Value: shown to the user once
  /// A hub or a device was copied or put back: then a write may be stamped again by one that does
  /// not know how it fared.
  bool copied_ = false;
  /// Records of which a change was refused; those of which one was before the hub was restored.
  Records refused_, in_doubt_;
  std::uint32_t epochs_ = 0;
  bool quiet_ = false;
};

}  // namespace sim

#endif  // TIDEMARK_SIM_WORLD_H
