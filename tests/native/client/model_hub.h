// A hub as protocol.md describes it, in the plainest way: per record a map from field to (stamp,
// value, seq), nothing clever. Any thread may use it. tests/js/support/model-hub.ts is the same.
#ifndef TIDEMARK_TESTS_MODEL_HUB_H
#define TIDEMARK_TESTS_MODEL_HUB_H

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/ledger.h"
#include "tidemark/wire.h"

namespace tests {

class ModelHub {
 public:
  explicit ModelHub(std::function<tidemark::WallMs()> now) : now_(std::move(now)) {}

  tidemark::Outcome<tidemark::FullReply> full(const tidemark::FullRequest& request);
  tidemark::Outcome<tidemark::PullReply> pull(const tidemark::PullRequest& request);
  tidemark::Outcome<tidemark::DigestReply> digest(const tidemark::DigestRequest& request);
  tidemark::MetaReply meta();
  tidemark::LossesReply losses_after(std::int64_t number);

  /// What a user sees: the rows by id.
  [[nodiscard]] std::map<std::string, tidemark::Row> view(const std::string& table = "todos");
  [[nodiscard]] std::int64_t seq();
  /// Forgets everything past `seq`, as a restored backup does, and begins an epoch. Records that
  /// were changed since are dropped.
  void restore_to(std::int64_t seq, const std::string& epoch);

  /// Named in replies, where it is; a request that names another is refused.
  std::optional<std::string> name;
  /// Told with a reset; and whether it knows seqs at all.
  std::optional<std::int64_t> offer;
  bool adopt = false;
  bool counts_seq = false;
  std::vector<tidemark::LossesReply::Numbered> losses;
  /// A result instead of taking the change.
  std::function<std::optional<tidemark::PushResult>(const tidemark::Change&)> refuse;

 private:
  struct Field {
    tidemark::Stamp stamp;
    /// None: absent.
    std::optional<std::string> value;
    std::int64_t seq = 0;
  };
  struct Held {
    std::optional<tidemark::Stamp> base;
    std::map<std::string, Field> fields;
    tidemark::Stamp registered;
    bool deleted = false;
    std::int64_t seq = 0;
    /// When it last had to be sent whole.
    std::int64_t whole_seq = 0;
    /// Who wrote it last, and its seq before those writes.
    tidemark::Node node{0};
    std::int64_t seq_before = 0;
  };

  [[nodiscard]] bool is_other(const std::optional<std::string>& hub) const;
  [[nodiscard]] std::string cursor_at(std::int64_t seq) const;
  [[nodiscard]] std::optional<std::int64_t> seq_of(const tidemark::Cursor& cursor) const;
  tidemark::PullReply page(const tidemark::PullRequest& request);
  tidemark::PushResult take(const tidemark::Change& change, tidemark::Node node);
  tidemark::PushResult merge(Held& held, const tidemark::Change& change, tidemark::Node node);
  bool merge_fields(Held& held, const tidemark::Change& change, std::vector<std::string>& lost);
  static tidemark::Row row_of(const Held& held);
  static tidemark::Change change_of(const tidemark::RecordKey& key, const Held& held,
                                    std::int64_t from);

  std::mutex mutex_;
  std::function<tidemark::WallMs()> now_;
  std::string epoch_ = "e";
  std::int64_t seq_ = 0;
  std::map<tidemark::RecordKey, Held> records_;
  /// By node, up to where its stamps are taken.
  std::map<tidemark::Node, tidemark::WallMs> retired_;
};

}  // namespace tests

#endif  // TIDEMARK_TESTS_MODEL_HUB_H
