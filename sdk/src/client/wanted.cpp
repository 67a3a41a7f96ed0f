// Questions for records, and their answers.
#include "wanted.h"

#include <algorithm>
#include <set>

namespace tidemark::client {

std::shared_ptr<Question> Wanted::ask(std::span<const RecordKey> records) {
  auto question = std::make_shared<Question>();
  question->left = records.size();
  for (const RecordKey& record : records) asked_.emplace_back(record, question);
  return question;
}

void Wanted::add_to(Outbox& outbox) const {
  std::set<RecordKey> known(outbox.rereads.begin(), outbox.rereads.end());
  for (const auto& [record, question] : asked_) {
    if (outbox.rereads.size() >= kRereadsMax) return;
    if (known.insert(record).second) outbox.rereads.push_back(record);
  }
}

bool Wanted::has(const RecordKey& record) const {
  return std::any_of(asked_.begin(), asked_.end(),
                     [&](const auto& asked) { return asked.first == record; });
}

std::vector<RecordKey> Wanted::unknown_of(std::span<const Change> answers) const {
  std::vector<RecordKey> unknown;
  for (const Change& answer : answers)
    if (answer.absent && has(answer)) unknown.push_back(answer);
  return unknown;
}

void Wanted::answered(std::span<const Change> answers) {
  const std::set<RecordKey> known(answers.begin(), answers.end());
  std::erase_if(asked_, [&](const auto& asked) {
    if (!known.contains(asked.first)) return false;
    --asked.second->left;
    return true;
  });
}

void Wanted::close() {
  for (const auto& [record, question] : asked_) question->closed = true;
  asked_.clear();
}

}  // namespace tidemark::client
