// The port's data as JSON: as js/src/stores has it, but that the values of rows are texts, as the
// port has them.
#pragma once

#include <nlohmann/json.hpp>

#include "tidemark/port/store.h"

namespace forms {

using Json = nlohmann::json;

[[nodiscard]] Json of(const tidemark::LoadedState& state);
[[nodiscard]] Json of(const tidemark::Outbox& outbox);
[[nodiscard]] Json of(const tidemark::CommitResult& result);
[[nodiscard]] Json of(const tidemark::DeadLetter& letter);
[[nodiscard]] Json of(const tidemark::Loss& loss);
[[nodiscard]] Json of(const tidemark::PendingRecord& record);
[[nodiscard]] Json of(const tidemark::ScanPage& page);
[[nodiscard]] Json of(const tidemark::SyncLogEntry& entry);
[[nodiscard]] Json of(const tidemark::NewWrites& news);
[[nodiscard]] Json of(tidemark::RecordState state);

[[nodiscard]] tidemark::RecordKey record_of(const Json& json);
[[nodiscard]] tidemark::LogWrite write_of(const Json& json);
[[nodiscard]] tidemark::StoreCommit commit_of(const Json& json);
[[nodiscard]] tidemark::LocalWrite local_of(const Json& json);
[[nodiscard]] tidemark::Loss loss_of(const Json& json);
[[nodiscard]] tidemark::SyncLogEntry entry_of(const Json& json);
[[nodiscard]] tidemark::Stamping stamping_of(const Json& json);
[[nodiscard]] tidemark::Stamp stamp_of(const Json& json);

template <typename T>
[[nodiscard]] Json of(const std::vector<T>& list) {
  Json out = Json::array();
  for (const T& each : list) out.push_back(of(each));
  return out;
}
[[nodiscard]] inline Json of(const tidemark::Done&) { return nullptr; }
[[nodiscard]] inline Json of(std::int64_t number) { return number; }

}  // namespace forms
