// Verify: compares the rows of a store with the hub's, by digests (protocol.md, `POST digest`): the
// sum of a table's record hashes, and where that differs the sums of its sixteenths, down to the
// records that differ. js/src/verify.ts has the same for TypeScript; here it is a job that whoever
// pumps goes on with, so that it can wait for exchanges without holding them up.
#ifndef TIDEMARK_CLIENT_VERIFY_H
#define TIDEMARK_CLIENT_VERIFY_H

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pump.h"

namespace tidemark::client {

/// How often a table is begun anew because the hub moved on meanwhile.
inline constexpr int kVerifyAttemptsMax = 5;

struct VerifyContext {
  Ports& ports;
  Pump& pump;
  std::int64_t schema = 1;
  /// Sends and reads everything.
  std::function<std::shared_ptr<Waiter>()> sync;
};

/// All with the lock held.
class VerifyRun {
 public:
  /// `syncs`: only after all was sent and read; else as far as it was read.
  VerifyRun(VerifyContext context, bool syncs) : context_(std::move(context)), syncs_(syncs) {}

  [[nodiscard]] bool is_over() const noexcept { return end_.has_value(); }
  /// Only of one that is over.
  [[nodiscard]] const Outcome<VerifyReport>& end() const noexcept { return *end_; }
  /// Whether there is something to go on with.
  [[nodiscard]] bool is_ready() const noexcept;
  void go_on(Lock& lock, WallMs now);
  /// Nothing of what it found is believed: sync began anew.
  void restart();
  /// What was found, also by one that failed: whether there was something to repair.
  [[nodiscard]] bool is_diverged() const noexcept;
  [[nodiscard]] const VerifyReport& report() const noexcept { return report_; }

 private:
  Outcome<Done> begin(Lock& lock);
  void attempt();
  Outcome<Done> go_on(Lock& lock);
  Outcome<Done> compared(std::uint64_t equal, const std::vector<RecordKey>& differing);
  Outcome<Done> interrupted();
  void next_table();

  VerifyContext context_;
  bool syncs_;
  bool begun_ = false;
  std::vector<std::string> tables_;
  std::size_t at_ = 0;
  int attempts_ = 0;
  std::shared_ptr<Waiter> waiter_;
  std::shared_ptr<Question> question_;
  VerifyReport report_;
  std::optional<Outcome<VerifyReport>> end_;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_VERIFY_H
