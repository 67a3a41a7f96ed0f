// The log and the app's triggers, put back as they were.
#include "sqlite/unrecorded.h"

#include "sqlite/log.h"
#include "sqlite/sql.h"
#include "sqlite/tables.h"

namespace tidemark::sqlite {

Unrecorded::Unrecorded(Database& db, AppTriggers triggers) : db_(db), last_(last_entry(db)) {
  if (triggers == AppTriggers::all) return;
  const char* which = triggers == AppTriggers::none ? "all" : "synced";
  for (const Values& row : db.all(sql::app_triggers, {which})) {
    db.exec("DROP TRIGGER " + quoted_name(text(row[0])));
    silent_.push_back(text(row[1]));
  }
}

Unrecorded::~Unrecorded() {
  for (const std::string& trigger : silent_) db_.exec(trigger);
  db_.all(sql::log_remove_after, {last_});
}

}  // namespace tidemark::sqlite
