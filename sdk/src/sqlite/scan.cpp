// Pages of rows. Where the next one begins is told by the parts of a key, exactly: also of one
// that no id can name.
#include "sqlite/scan.h"

#include <bit>
#include <charconv>
#include <utility>

#include "sqlite/keys.h"

namespace tidemark::sqlite {
namespace {

// A letter for the kind, then digits: `t6D`, `i5`, `r4607182418800017408`, `b00FF`, `n`.
std::string text_of_part(const Value& part) {
  if (const auto* words = std::get_if<std::string>(&part)) return 't' + hex_of(*words);
  if (const auto* number = std::get_if<std::int64_t>(&part)) return 'i' + std::to_string(*number);
  if (const auto* real = std::get_if<double>(&part))
    return 'r' + std::to_string(std::bit_cast<std::int64_t>(*real));
  const auto* blob = std::get_if<Blob>(&part);
  if (blob == nullptr) return "n";
  return 'b' + hex_of({reinterpret_cast<const char*>(blob->data()), blob->size()});
}

std::optional<Value> part_of_text(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const char kind = text.front();
  text.remove_prefix(1);
  if (kind == 'n') return Value();
  if (kind == 't' || kind == 'b') {
    Blob bytes = blob_of_hex(text);
    return kind == 'b' ? Value(std::move(bytes)) : Value(std::string(bytes.begin(), bytes.end()));
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (kind == 'r') return Value(std::bit_cast<double>(number));
  return kind == 'i' ? std::optional(Value(number)) : std::nullopt;
}

std::optional<Values> parts_in(std::string_view text) {
  Values parts;
  for (;;) {
    const std::size_t end = text.find(',');
    auto part = part_of_text(text.substr(0, end));
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Values key_parts(const Table& table, const Values& row) {
  Values parts;
  for (const std::size_t i : table.keys) parts.push_back(row[i]);
  return parts;
}

std::string next_after(const Values& parts) {
  std::string out;
  for (const Value& part : parts) out += (out.empty() ? "" : ",") + text_of_part(part);
  return out;
}

}  // namespace

ScanPage scanned(Database& db, Tables& tables, const std::string& name, std::size_t limit,
                 const std::optional<std::string>& after) {
  ScanPage page;
  TableRows* rows = rows_of(tables, name);
  if (rows == nullptr || !rows->exists() || limit == 0) return page;
  const Table& table = rows->table();
  auto parameters = after ? parts_in(*after) : Values();
  if (!parameters || (after && parameters->size() != table.keys.size())) {
    db.fail({Errc::bad_input, "no page of " + name + " ended there"});
    return page;
  }
  parameters->emplace_back(static_cast<std::int64_t>(limit));
  const auto found = db.all(after ? table.texts.next : table.texts.first, *parameters);
  for (const Values& row : found) {
    const Value key = key_of(key_parts(table, row));
    // What cannot be synced is not the hub's either.
    if (auto id = rows->id(key)) page.rows.push_back({*std::move(id), rows->tagged(row, key)});
  }
  if (found.size() == limit) page.next = next_after(key_parts(table, found.back()));
  return page;
}

}  // namespace tidemark::sqlite
