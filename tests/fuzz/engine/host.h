// The host of the engine's fuzz target: a log of writes, a clock, what the engine asked for, and
// the promises that are checked on the way.
#ifndef TIDEMARK_TESTS_FUZZ_HOST_H
#define TIDEMARK_TESTS_FUZZ_HOST_H

#include <set>

#include "fuzz.h"
#include "tidemark/engine.h"

namespace fuzz {

using tidemark::Engine;
using tidemark::Errc;
using tidemark::Ticket;

/// The place of an output in Output.
template <typename T>
constexpr std::size_t kKind = tidemark::Output(T{}).index();

class Host {
 public:
  explicit Host(Input& in);

  Engine& engine() { return engine_; }
  [[nodiscard]] WallMs now() const { return now_; }

  void restore();
  void start();
  void close();
  void pause();
  void resume();
  void pass_time();
  /// Another context of this device learned the clock.
  void hear_clock();
  /// Stamps that go into no log: of a write that the app then gave up.
  void reserve();
  void write();
  /// Takes outputs until there is nothing to do.
  void poll();
  /// Answers what is asked for, well or badly.
  void answer();
  /// Answers once more, or too late, what was asked for earlier: nothing but `pending` changes.
  void answer_late();
  /// What holds after every call.
  void check();

 private:
  /// A node that nobody has had.
  Node spare() { return Node{++nodes_}; }

  /// The consecutive stamps of one write call.
  struct Entry {
    Stamp first;
    std::uint32_t count = 0;
    bool is_pending = false;

    [[nodiscard]] bool overlaps(const Entry& other) const {
      return first.node == other.first.node && first.time < other.first.time + other.count &&
             other.first.time < first.time + count;
    }
  };
  struct Asked {
    Ticket ticket = 0;
    std::size_t kind = 0;
    auto operator<=>(const Asked&) const = default;
  };

  /// A time, or a difference of times, mostly one that somebody could mean.
  std::int64_t any_ms();
  [[nodiscard]] std::int64_t after_now(std::int64_t ms) const;
  void note(const tidemark::Output& output);
  void note_asked(Asked asked);
  void answer(Asked asked);
  std::optional<Stamp> stamps(std::uint32_t count);
  void load(Ticket ticket);
  void reply_or_fail(Ticket ticket);
  tidemark::Reply reply();
  void commit(Ticket ticket);
  void restamp(Ticket ticket);
  bool restamp_into(std::vector<Entry>& after);
  void fail_store(Ticket ticket);
  void require_distinct() const;
  std::uint32_t count_pending();
  /// Any word, of any size.
  std::uint32_t word() { return in_.ConsumeIntegral<std::uint32_t>() >> choice(in_, 32); }

  Input& in_;
  std::uint64_t nodes_ = 0;
  WallMs now_ = 1'700'000'000'000;
  Engine engine_;
  std::vector<Entry> entries_;
  /// By write of the view that was loaded last: its entry.
  std::vector<std::size_t> loaded_;
  bool acknowledged_ = false;
  /// From a reply that makes the pending entries move until the session goes on. This host neither
  /// writes nor hears of another clock meanwhile: a moved entry can get the stamp of such a write.
  bool is_moving_ = false;
  std::uint32_t pending_ = 0;
  bool closed_ = true;
  bool paused_ = false;
  tidemark::Status told_;
  /// What is asked for and not answered; whether nothing has happened since.
  std::optional<Asked> asked_;
  bool is_fresh_ = false;
  std::set<Asked> ever_asked_;
};

}  // namespace fuzz

#endif  // TIDEMARK_TESTS_FUZZ_HOST_H
