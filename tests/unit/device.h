// A device whose engine a test drives by hand: its clock, its log, and what it is asked for.
#ifndef TIDEMARK_TESTS_DEVICE_H
#define TIDEMARK_TESTS_DEVICE_H

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tidemark/engine.h"

namespace tidemark {

inline constexpr std::uint32_t kMost = 0xffffffff;
inline constexpr WallMs kNow = 1'700'000'000'000;

// A host with a clock that the test moves, and a log of one-record writes.
class Device {
 public:
  explicit Device(Config config = {}) : engine_(config, Node{7}) {}

  Engine& engine() { return engine_; }
  WallMs now = kNow;
  WallMs hub_ahead = 0;

  // All that the engine asks for now, as text; tickets are kept.
  std::string poll() {
    std::string out;
    while (const auto output = engine_.poll(now)) {
      // While something is under way, only the watchdog wakes it.
      const bool watching = engine_.status().phase == Phase::syncing;
      if (watching && std::holds_alternative<Wake>(*output)) break;
      if (!out.empty()) out += ' ';
      out += std::visit([this](const auto& step) { return note(step); }, *output);
      if (std::holds_alternative<Wake>(*output)) break;
    }
    return out;
  }

  void write(std::uint32_t record) {
    const auto at = engine_.reserve(1, now);
    REQUIRE(at.ok());
    stamps_.push_back({record, *at});
    engine_.handle_write(1, now);
  }

  Errc load() {
    std::vector<PendingWrite> writes;
    std::vector<Cell> cells;
    std::vector<std::uint32_t> bytes;
    for (const auto& [record, at] : stamps_) {
      writes.push_back({record, static_cast<std::uint32_t>(writes.size()), 2});
      cells.push_back(Cell::of(record, kEveryField, at));
      cells.push_back(Cell::of(record, kAlive, at));
      bytes.resize(std::max<std::size_t>(bytes.size(), record + 1), 10);
    }
    const auto pending = static_cast<std::uint32_t>(stamps_.size());
    return engine_.handle_outbox(ticket, {writes, cells, bytes}, pending, now, kMost);
  }

  Reply reply() {
    Reply reply;
    reply.settled = engine_.batch().records;
    reply.sent_at = now;
    reply.received_at = now;
    reply.server_at = now + hub_ahead;
    return reply;
  }
  // Up to the request of an exchange; gives the answer that takes all of it.
  Reply request() {
    poll();
    REQUIRE(load() == Errc::ok);
    poll();
    return reply();
  }
  void answer(const Reply& with) { engine_.handle_reply(ticket, with, Node{8}); }
  void fail(Errc code, std::int64_t retry_after_ms = 0) {
    engine_.handle_fault(ticket, code, retry_after_ms, now, kMost);
  }
  void commit(std::uint32_t settled) {
    stamps_.erase(stamps_.begin(), stamps_.begin() + settled);
    engine_.handle_committed(ticket, static_cast<std::uint32_t>(stamps_.size()), 0, now, kMost);
  }
  // One exchange that succeeds, from its load to its commit.
  void exchange() {
    REQUIRE(load() == Errc::ok);
    poll();
    const Reply with = reply();
    answer(with);
    poll();
    commit(with.settled);
  }
  // The first exchange of an engine only reads.
  void connect() {
    engine_.start(0, now);
    poll();
    exchange();
    poll();
  }
  void restamp() {
    for (auto& [record, at] : stamps_) at = *engine_.restamp(at, 1, now);
    engine_.handle_restamped(ticket, now, kMost);
  }
  Stamp stamp(std::size_t i) const { return stamps_[i].second; }

  Ticket ticket = 0;
  Send sent;
  WallMs wake = 0;

 private:
  std::string note(const LoadOutbox& step) { return ticket = step.ticket, "load"; }
  std::string note(const Send& step) {
    ticket = step.ticket;
    sent = step;
    return step.call == Call::pull ? "pull" : "full";
  }
  std::string note(const Commit& step) {
    ticket = step.ticket;
    if (step.refused != Errc::ok) return step.give_up ? "refuse" : "put-off";
    return "commit";
  }
  std::string note(const Restamp& step) { return ticket = step.ticket, "restamp"; }
  std::string note(const Live& step) { return step.open ? "open" : "close"; }
  std::string note(const StartOver& step) { return ticket = step.ticket, "start-over"; }
  std::string note(const Verify&) { return "verify"; }
  std::string note(const StatusChanged&) { return "status"; }
  std::string note(const Wake& step) { return wake = step.at, "wake"; }

  Engine engine_;
  std::vector<std::pair<std::uint32_t, Stamp>> stamps_;
};

}  // namespace tidemark

#endif  // TIDEMARK_TESTS_DEVICE_H
