// A SQLite store for tests in JavaScript: reads calls from the standard input, a line of JSON each,
// and answers each with a line: `{"ok": …}` or `{"error": {"code", "message"}}`. While `restamp` is
// under way the program asks `{"again": {…}}`, and reads `{"stamp": …}`.
#include <sqlite3.h>

#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "forms.h"
#include "tidemark/sqlite_store.h"

namespace {

using forms::Json;
using tidemark::Outcome;

Json say(const Json& line) {
  std::cout << line.dump() << std::endl;
  std::string text;
  return std::getline(std::cin, text) ? Json::parse(text) : Json();
}

template <typename T>
Json answer(const Outcome<T>& outcome) {
  if (outcome) return {{"ok", forms::of(*outcome)}};
  const auto& [code, detail, later] = outcome.error();
  return {{"error", {{"code", tidemark::name_of(code)}, {"message", detail}}}};
}

// What a test gives as a parameter, and gets as a value: `{"blob": hex}` and `{"int": digits}` are
// what JSON cannot say.
void bind(sqlite3_stmt* statement, int place, const Json& value) {
  if (value.is_number_integer())
    sqlite3_bind_int64(statement, place, value.get<std::int64_t>());
  else if (value.is_number())
    sqlite3_bind_double(statement, place, value.get<double>());
  else if (value.is_string())
    sqlite3_bind_text(statement, place, value.get_ref<const std::string&>().c_str(),
                      static_cast<int>(value.get_ref<const std::string&>().size()),
                      SQLITE_TRANSIENT);
  else if (value.is_object())
    sqlite3_bind_int64(statement, place, std::stoll(value.at("int").get<std::string>()));
}

Json column(sqlite3_stmt* statement, int place) {
  const auto bytes = [&] {
    return static_cast<std::size_t>(sqlite3_column_bytes(statement, place));
  };
  switch (sqlite3_column_type(statement, place)) {
    case SQLITE_INTEGER:
      return {{"int", std::to_string(sqlite3_column_int64(statement, place))}};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, place);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, place));
      return std::string(text, bytes());
    }
    case SQLITE_BLOB: {
      const auto* blob = static_cast<const unsigned char*>(sqlite3_column_blob(statement, place));
      return {{"blob", std::vector<unsigned char>(blob, blob + bytes())}};
    }
    default:
      return nullptr;
  }
}

/// The clock of the test that asks.
struct TestHost final : tidemark::Host {
  tidemark::WallMs now() override { return ms; }
  std::uint64_t random64() override { return 4; }
  tidemark::WallMs ms = 0;
};

class Driver {
 public:
  ~Driver() {
    store_.reset();
    sqlite3_close(connection_);
  }

  Json call(const Json& request) {
    const std::string name = request.at("call");
    host_.ms = request.at("now");
    if (name == "connect") return connect(request.at("path"));
    if (name == "sql") return sql(request);
    if (name == "open") return open(request.at("tables"));
    return answer_of(name, request);
  }

 private:
  Json fail() {
    return {{"error", {{"code", "store_failed"}, {"message", sqlite3_errmsg(connection_)}}}};
  }
  Json connect(const std::string& path) {
    const int code = sqlite3_open(path.c_str(), &connection_);
    return code == SQLITE_OK ? Json{{"ok", nullptr}} : fail();
  }
  Json sql(const Json& request) {
    sqlite3_stmt* statement = nullptr;
    const std::string text = request.at("sql");
    if (sqlite3_prepare_v2(connection_, text.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      return fail();
    int place = 0;
    for (const Json& each : request.at("parameters")) bind(statement, ++place, each);
    Json rows = Json::array();
    int code = 0;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      Json row = Json::array();
      for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(column(statement, i));
      rows.push_back(row);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? Json{{"ok", rows}} : fail();
  }
  Json open(const Json& tables) {
    tidemark::SyncedTables synced;
    for (const auto& [name, merge] : tables.items())
      synced.emplace_back(
          name, merge == "record" ? tidemark::MergeMode::record : tidemark::MergeMode::field);
    tidemark::SqliteOptions options;
    options.host = &host_;
    store_ = tidemark::sqlite_store(connection_, synced, options);
    return answer(store_->load());
  }
  Json answer_of(const std::string& name, const Json& request);
  Json restamp(const Json& request) {
    const auto again = [](tidemark::Stamp first,
                          std::uint32_t count) -> tidemark::Result<tidemark::Stamp> {
      const Json reply = say({{"again", {{"first", first.text()}, {"count", count}}}});
      if (!reply.contains("stamp")) return tidemark::Errc::clock_overflow;
      return forms::stamp_of(reply.at("stamp"));
    };
    return answer(store_->restamp(again, forms::stamping_of(request)));
  }

  TestHost host_;
  sqlite3* connection_ = nullptr;
  std::unique_ptr<tidemark::Store> store_;
};

Json Driver::answer_of(const std::string& name, const Json& request) {
  using Call = std::function<Json(tidemark::Store&, const Json&)>;
  static const std::map<std::string, Call> calls = {
      {"load", [](auto& s, const Json&) { return answer(s.load()); }},
      {"readOutbox", [](auto& s, const Json& r) { return answer(s.read_outbox(r.at("limit"))); }},
      {"sending",
       [](auto& s, const Json& r) {
         std::vector<tidemark::LogWrite> writes;
         for (const Json& each : r.at("writes")) writes.push_back(forms::write_of(each));
         return answer(s.sending(writes));
       }},
      {"commit",
       [](auto& s, const Json& r) {
         return answer(s.commit(forms::commit_of(r.at("commit")), r.at("term")));
       }},
      {"lead", [](auto& s, const Json& r) { return answer(s.lead(forms::stamping_of(r))); }},
      {"deadLetters", [](auto& s, const Json&) { return answer(s.dead_letters()); }},
      {"retryDeadLetter",
       [](auto& s, const Json& r) { return answer(s.retry_dead_letter(r.at("id"))); }},
      {"discardDeadLetter",
       [](auto& s, const Json& r) { return answer(s.discard_dead_letter(r.at("id"))); }},
      {"write",
       [](auto& s, const Json& r) { return answer(s.write(forms::local_of(r.at("change")))); }},
      {"scan",
       [](auto& s, const Json& r) {
         std::optional<std::string> after;
         if (r.contains("after")) after = r.at("after").get<std::string>();
         return answer(s.scan(r.at("table"), r.at("limit"), after));
       }},
      {"writeAgain",
       [](auto& s, const Json& r) {
         std::vector<tidemark::RecordKey> records;
         for (const Json& each : r.at("records")) records.push_back(forms::record_of(each));
         return answer(s.write_again(records));
       }},
      {"losses", [](auto& s, const Json&) { return answer(s.losses()); }},
      {"dropLoss",
       [](auto& s, const Json& r) { return answer(s.drop_loss(forms::loss_of(r.at("loss")))); }},
      {"droppedLosses", [](auto& s, const Json&) { return answer(s.dropped_losses()); }},
      {"pendingRecords", [](auto& s, const Json&) { return answer(s.pending_records()); }},
      {"recordState",
       [](auto& s, const Json& r) { return answer(s.record_state(forms::record_of(r))); }},
      {"syncLog", [](auto& s, const Json&) { return answer(s.sync_log()); }},
      {"appendSyncLog",
       [](auto& s, const Json& r) {
         return answer(s.append_sync_log(forms::entry_of(r.at("entry"))));
       }},
      {"keepRemote", [](auto& s, const Json&) { return answer(s.keep_remote()); }},
      {"clear", [](auto& s, const Json& r) { return answer(s.clear(r.at("discard"))); }},
      {"writtenSince",
       [](auto& s, const Json& r) { return answer(s.written_since(r.at("after"))); }},
  };
  if (name == "restamp") return restamp(request);
  return calls.at(name)(*store_, request);
}

}  // namespace

int main() {
  Driver driver;
  Json request = say({{"ready", true}});
  while (!request.is_null()) request = say(driver.call(request));
  return 0;
}
