// A device: the real engine over a disk, and the host that does what it asks. What the host keeps
// in memory dies in a crash; the disk stays.
#ifndef TIDEMARK_SIM_DEVICE_H
#define TIDEMARK_SIM_DEVICE_H

#include <memory>
#include <optional>

#include "disk.h"
#include "random.h"

namespace sim {

/// What a device needs of the world it is in.
class DeviceHost {
 public:
  virtual ~DeviceHost() = default;
  /// The device's wall clock.
  virtual WallMs wall(int device) = 0;
  /// Hands a request to the network.
  virtual void send(int device, std::uint32_t message, Request request) = 0;
  /// Whether the next store operation fails: the disk is full.
  virtual bool store_fails(int device) = 0;
  /// Whether the device dies just now.
  virtual bool crashes(int device) = 0;
  /// A write was stamped again.
  virtual void restamped(int device, Value write, Stamp stamp, bool refused) = 0;
  virtual void committed(int device) = 0;
  virtual void settled(int device, const Batch& batch, const std::vector<Settled>& settled,
                       std::uint32_t hub) = 0;
  virtual void check_batch(int device, const Batch& batch) = 0;
  virtual void verify(int device) = 0;
};

struct DeviceConfig {
  std::uint32_t schema = 1;
  bool token_ok = true;     // of the present token
  bool can_refresh = true;  // whether asking for another helps
  tidemark::Config engine;
};

class Device {
 public:
  Device(int index, DeviceHost& host, DeviceConfig config, std::uint64_t seed);

  Disk disk;
  DeviceConfig config;
  bool alive = false;

  [[nodiscard]] const tidemark::Engine& engine() const { return *engine_; }
  [[nodiscard]] tidemark::Status status() const { return engine_->status(); }
  [[nodiscard]] WallMs wake() const { return wake_; }
  [[nodiscard]] Node node() const { return engine_->clock().node(); }

  /// Begins under a fresh node, from what the disk says.
  void boot();
  void crash();
  /// A running copy: memory and all.
  void clone_from(const Device& other);
  /// The stamp of a write made now; none: the clock is at its end.
  std::optional<Stamp> reserve();
  void wrote(std::uint32_t count);
  void set_online(bool online);
  void pause() { engine_->pause(); }
  void resume();
  void sync_now();
  void poke();
  /// A reply, or null for a fault.
  void deliver(std::uint32_t message, const Reply* reply, tidemark::Errc fault);
  /// Does all that the engine asks for now.
  void pump();
  /// When the request under way is given up; 0: none is.
  [[nodiscard]] WallMs deadline() const { return deadline_; }
  void time_out();

 private:
  struct Exchange {
    std::uint32_t message = 0;
    tidemark::Ticket ticket = 0;
    Cursor cursor;
    Batch batch;
    WallMs sent_at = 0;
    std::optional<Reply> reply;
    bool pushes = false;
  };

  bool step(const tidemark::Output& output);
  void load(const tidemark::LoadOutbox& step);
  void carry_stamps();
  void send(const tidemark::Send& step);
  void commit(const tidemark::Commit& step);
  void restamp(const tidemark::Restamp& step);
  tidemark::Reply summary(const Reply& reply) const;
  [[nodiscard]] std::uint32_t random() { return random_.word32(); }
  [[nodiscard]] Node draw_node() { return Node{random_.word() | 1}; }
  WallMs now() { return host_.wall(index_); }

  int index_;
  DeviceHost& host_;
  Random random_;
  std::unique_ptr<tidemark::Engine> engine_;
  Exchange exchange_;
  std::uint32_t next_message_ = 1;
  WallMs wake_ = 0, deadline_ = 0;
  // Reused from load to load.
  std::vector<Entry> view_;
  Disk::Rows view_rows_;
  std::uint32_t view_end_ = 0;  // later entries were written after it was taken
  std::vector<Record> records_;
  std::vector<tidemark::PendingWrite> writes_;
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> bytes_;
};

inline constexpr std::int64_t kTimeoutMs = 30'000;
/// About as many rows as a page or a push of a small limit holds, so that both are often cut.
inline constexpr std::uint32_t kRowBytes = 100;

}  // namespace sim

#endif  // TIDEMARK_SIM_DEVICE_H
