// What the store keeps as JSON, in the forms of the TypeScript store: a file may be used by both.
#ifndef TIDEMARK_SQLITE_TEXTS_H
#define TIDEMARK_SQLITE_TEXTS_H

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/journal.h"
#include "tidemark/ledger.h"

namespace tidemark::sqlite {

/// A dropped one stays as a mark: the hub may hold it as well, and goes on telling of it.
struct KeptLoss : Loss {
  bool dropped = false;
};

[[nodiscard]] std::string text_of(const Change& change);
[[nodiscard]] std::string text_of(const Loss& loss, bool dropped);
[[nodiscard]] std::string text_of(const Columns& columns);
[[nodiscard]] std::string text_of(std::span<const stores::JournalHead> heads);
[[nodiscard]] std::string text_of(const SyncLogEntry& entry);
[[nodiscard]] std::string text_of(std::span<const std::string> strings);
[[nodiscard]] std::string text_of(std::span<const std::int64_t> numbers);
/// What names a loss: the fields it has, as one text.
[[nodiscard]] std::string fields_of(const Loss& loss);

/// None for what is no such text.
[[nodiscard]] std::optional<Change> change_of(std::string_view text);
[[nodiscard]] std::optional<KeptLoss> loss_of(std::string_view text);
[[nodiscard]] std::optional<Columns> columns_of(std::string_view text);
[[nodiscard]] std::optional<std::vector<stores::JournalHead>> heads_of(std::string_view text);
[[nodiscard]] std::optional<SyncLogEntry> entry_of(std::string_view text);
[[nodiscard]] std::optional<std::vector<std::string>> strings_of(std::string_view text);
[[nodiscard]] std::optional<Row> row_of(std::string_view text);

/// One of Tidemark's own tables holds what nobody wrote there.
[[nodiscard]] Error damaged(std::string_view table);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_TEXTS_H
