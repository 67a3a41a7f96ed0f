// How a reply is read: each value with its place, and the first thing that is wrong kept. Reading
// goes on after it, with values that mean nothing, so that who reads need not ask after each.
#ifndef TIDEMARK_JSON_READER_H
#define TIDEMARK_JSON_READER_H

#include <cstdint>
#include <string>
#include <string_view>

#include "json/value.h"
#include "tidemark/wire.h"

namespace tidemark::json {

/// A value in a reply, or that there is none, and the way to it. Lives as long as what it is in.
class Place {
 public:
  explicit Place(const Value& root) noexcept : value_(&root) {}
  [[nodiscard]] Place operator[](std::string_view name) const noexcept;
  [[nodiscard]] Place member(const Member& of) const noexcept { return {&of.value, this, of.name}; }
  [[nodiscard]] Place item(const Array& items, std::size_t index) const noexcept {
    return {&items[index], this, {}, index};
  }
  /// Null where there is none.
  [[nodiscard]] const Value* value() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ != nullptr; }
  /// `changes[3].stamp`, or `the reply`.
  [[nodiscard]] std::string path() const;

 private:
  Place(const Value* value, const Place* up, std::string_view name, std::size_t index = 0) noexcept
      : value_(value), up_(up), name_(name), index_(index) {}
  void append_to(std::string& out) const;

  const Value* value_;
  const Place* up_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
};

class Reader {
 public:
  [[nodiscard]] bool ok() const noexcept { return error_.code == Errc::ok; }
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  void fail(const Place& place, std::string_view expected);
  void refuse(const Place& place, std::string_view fault);

  /// Null, and a fault, where it is none.
  const Object* object(const Place& place);
  const Array* array(const Place& place);
  std::string text(const Place& place);
  /// A number from 0 to 2^48, without its fraction.
  std::int64_t count(const Place& place);
  /// A safe integer from 0.
  std::int64_t number(const Place& place);
  Stamp stamp(const Place& place);
  /// A hash: 16 hexadecimal digits.
  std::uint64_t hash(const Place& place);
  /// False where there is none.
  bool flag(const Place& place);
  std::string id(const Place& place);
  /// `patch`: fields may be absent.
  Row row(const Place& place, bool patch);

  std::optional<std::string> maybe_text(const Place& place);
  std::optional<std::int64_t> maybe_count(const Place& place);

  /// What `read` makes of each item; ends at the first fault.
  template <typename Read>
  auto list(const Place& place, Read read) {
    std::vector<decltype(read(place))> out;
    if (const Array* items = array(place))
      for (std::size_t i = 0; i < items->size() && ok(); ++i)
        out.push_back(read(place.item(*items, i)));
    return out;
  }

 private:
  Error error_;
};

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_READER_H
