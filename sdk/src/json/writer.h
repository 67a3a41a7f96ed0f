// JSON, written member by member: what requests and reports are made of.
#ifndef TIDEMARK_JSON_WRITER_H
#define TIDEMARK_JSON_WRITER_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/canonical.h"
#include "json/text.h"
#include "tidemark/wire.h"

namespace tidemark::json {

/// What was no text is told at the end.
class Writer {
 public:
  void open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void name(std::string_view name) {
    text(name);
    out_ += ':';
    first_ = true;
  }
  void text(std::string_view text) {
    separate();
    if (!is_text(text) && fault_.empty()) fault_ = "a name or label is not UTF-8";
    append_quoted(out_, text);
  }
  /// What is JSON already.
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }
  void number(std::int64_t number) { raw(std::to_string(number)); }

  void member(std::string_view called, std::string_view is) {
    name(called);
    text(is);
  }
  void member(std::string_view called, const std::optional<std::string>& is) {
    if (is) member(called, std::string_view(*is));
  }
  void member(std::string_view called, std::int64_t is) {
    name(called);
    number(is);
  }
  /// Said only where it is true.
  void flag(std::string_view called, bool is) {
    if (!is) return;
    name(called);
    raw("true");
  }
  void texts(std::string_view called, const std::vector<std::string>& list) {
    if (list.empty()) return;
    name(called);
    open('[');
    for (const std::string& each : list) text(each);
    close(']');
  }

  [[nodiscard]] Outcome<std::string> take() && {
    if (!fault_.empty()) return Error{Errc::bad_input, std::move(fault_)};
    return std::move(out_);
  }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string out_;
  std::string fault_;
  bool first_ = true;
};

/// The members `table` and `id`, in an object that is open.
void put_key(Writer& out, const RecordKey& key);
/// The member `row`: its values are JSON already.
void put_row(Writer& out, const Row& row);
void put_change(Writer& out, const Change& change);

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_WRITER_H
