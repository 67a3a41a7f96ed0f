// Triggers, taken away and made again as they were.
#include "sqlite/unrecorded.h"

#include "sqlite/sql.h"
#include "sqlite/tables.h"

namespace tidemark::sqlite {

Silenced::Silenced(Database& db, AppTriggers triggers, bool own) : db_(db) {
  if (triggers != AppTriggers::all)
    silence(db.all(sql::app_triggers, {triggers == AppTriggers::none ? "all" : "synced"}));
  if (own) silence(db.all(sql::own_triggers));
}

// SQLite fires the newest first: Tidemark's own are to stay that.
Silenced::~Silenced() {
  if (!silent_.empty()) silence(db_.all(sql::own_triggers));
  for (const std::string& trigger : silent_) db_.exec(trigger);
}

void Silenced::silence(const std::vector<Values>& triggers) {
  for (const Values& row : triggers) {
    db_.exec("DROP TRIGGER " + quoted_name(text(row[0])));
    silent_.push_back(text(row[1]));
  }
}

}  // namespace tidemark::sqlite
