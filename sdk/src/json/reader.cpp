// The kinds of values that replies are made of.
#include "json/reader.h"

#include <charconv>
#include <cmath>

#include "json/canonical.h"
#include "json/keys.h"
#include "json/tagged.h"

namespace tidemark::json {
namespace {

/// What the milliseconds of a stamp can hold; a seq is far below.
constexpr double kCountMax = 281'474'976'710'656;  // 2^48
constexpr std::size_t kHashDigits = 16;

std::optional<std::uint64_t> hash_of(std::string_view text) noexcept {
  if (text.size() != kHashDigits || text.find_first_not_of("0123456789abcdef") != text.npos)
    return {};
  std::uint64_t hash = 0;
  std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  return hash;
}

}  // namespace

Place Place::operator[](std::string_view name) const noexcept {
  return {value_ ? value_->find(name) : nullptr, this, name};
}

std::string Place::path() const {
  std::string out;
  append_to(out);
  return out.empty() ? "the reply" : out;
}

void Place::append_to(std::string& out) const {
  if (!up_) return;
  up_->append_to(out);
  if (up_->value_ && up_->value_->as<Array>()) {
    out += '[' + std::to_string(index_) + ']';
    return;
  }
  if (!out.empty()) out += '.';
  out += name_;
}

void Reader::fail(const Place& place, std::string_view expected) {
  refuse(place, "is not " + std::string(expected));
}

void Reader::refuse(const Place& place, std::string_view fault) {
  if (ok()) error_ = {Errc::bad_reply, place.path() + ' ' + std::string(fault)};
}

const Object* Reader::object(const Place& place) {
  const auto* is = place ? place.value()->as<Object>() : nullptr;
  if (!is) fail(place, "an object");
  return is;
}

const Array* Reader::array(const Place& place) {
  const auto* is = place ? place.value()->as<Array>() : nullptr;
  if (!is) fail(place, "an array");
  return is;
}

std::string Reader::text(const Place& place) {
  if (const auto* is = place ? place.value()->as<std::string>() : nullptr) return *is;
  fail(place, "a string");
  return {};
}

std::int64_t Reader::count(const Place& place) {
  const auto* is = place ? place.value()->as<double>() : nullptr;
  if (is && *is >= 0 && *is < kCountMax) return static_cast<std::int64_t>(*is);
  fail(place, "a number from 0 to 2^48");
  return 0;
}

std::int64_t Reader::number(const Place& place) {
  const auto* is = place ? place.value()->as<double>() : nullptr;
  if (is && *is >= 0 && *is <= static_cast<double>(kSafeMax) && std::trunc(*is) == *is)
    return static_cast<std::int64_t>(*is);
  fail(place, "a whole number");
  return 0;
}

Stamp Reader::stamp(const Place& place) {
  if (const auto* is = place ? place.value()->as<std::string>() : nullptr)
    if (const auto stamp = Stamp::parse(*is)) return *stamp;
  fail(place, "a stamp");
  return {};
}

std::uint64_t Reader::hash(const Place& place) {
  if (const auto* is = place ? place.value()->as<std::string>() : nullptr)
    if (const auto hash = hash_of(*is)) return *hash;
  fail(place, "a hash");
  return 0;
}

bool Reader::flag(const Place& place) {
  if (!place) return false;
  if (const auto* is = place.value()->as<bool>()) return *is;
  fail(place, "a boolean");
  return false;
}

std::string Reader::id(const Place& place) {
  std::string id = text(place);
  if (!ok()) return id;
  if (const auto key = key_of(id); !key) refuse(place, "is " + key.error().detail);
  return id;
}

Row Reader::row(const Place& place, bool patch) {
  Row row;
  const Object* fields = object(place);
  if (!fields) return row;
  for (const Member& field : *fields) {
    if (!patch || !is_absent(field.value))
      if (const auto fault = fault_of(field.value))
        refuse(place.member(field), "is none: " + *fault);
    row.emplace(field.name, patch && is_absent(field.value) ? kAbsent : write(field.value));
  }
  return row;
}

std::optional<std::string> Reader::maybe_text(const Place& place) {
  if (!place) return {};
  return text(place);
}

std::optional<std::int64_t> Reader::maybe_count(const Place& place) {
  if (!place) return {};
  return count(place);
}

}  // namespace tidemark::json
