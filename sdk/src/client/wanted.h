// Wanted: records that are asked for with the next push because a comparison with the hub found
// them to differ. In memory only: who compares again asks again. js/src/wanted.ts has the same for
// TypeScript.
#ifndef TIDEMARK_CLIENT_WANTED_H
#define TIDEMARK_CLIENT_WANTED_H

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "tidemark/port/outbox.h"

namespace tidemark::client {

/// A question for records: how many were not answered yet.
struct Question {
  std::size_t left = 0;
  bool closed = false;
  [[nodiscard]] bool is_over() const noexcept { return left == 0 || closed; }
};

class Wanted {
 public:
  [[nodiscard]] std::uint32_t count() const noexcept {
    return static_cast<std::uint32_t>(asked_.size());
  }
  /// Is over when all of them were answered, and the answers stored.
  [[nodiscard]] std::shared_ptr<Question> ask(std::span<const RecordKey> records);
  /// Has the outbox ask for these as well.
  void add_to(Outbox& outbox) const;
  /// Answers that the hub knows no such record, of those that were asked for.
  [[nodiscard]] std::vector<RecordKey> unknown_of(std::span<const Change> answers) const;
  void answered(std::span<const Change> answers);
  void close();

 private:
  [[nodiscard]] bool has(const RecordKey& record) const;

  std::vector<std::pair<RecordKey, std::shared_ptr<Question>>> asked_;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_WANTED_H
