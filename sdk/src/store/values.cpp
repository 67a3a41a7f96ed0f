// Values as texts: there or not, the same or not, the greater.
#include "values.h"

#include "json/canonical.h"

namespace tidemark::stores {

bool has(const Row& row, std::string_view name) {
  const auto field = row.find(name);
  return field != row.end() && !is_absent(field->second);
}

int compare_fields(const Row& mine, const Row& theirs, std::string_view name) {
  const bool is_mine = has(mine, name);
  const bool is_theirs = has(theirs, name);
  if (is_mine && is_theirs)
    return json::compare_tagged(mine.find(name)->second, theirs.find(name)->second);
  return static_cast<int>(is_mine) - static_cast<int>(is_theirs);
}

std::vector<std::string> names_of(const Row& a, const Row& b) {
  std::vector<std::string> names;
  for (const auto& [name, value] : a) names.push_back(name);
  for (const auto& [name, value] : b)
    if (!a.contains(name)) names.push_back(name);
  return names;
}

std::vector<std::string> changed_fields(const Row& before, const Row& after) {
  std::vector<std::string> changed;
  for (const std::string& name : names_of(after, before)) {
    const auto was = before.find(name);
    const auto is = after.find(name);
    if (was == before.end() || is == after.end() || was->second != is->second)
      changed.push_back(name);
  }
  return changed;
}

Row patched_row(Row before, const Row& fields) {
  for (const auto& [name, value] : fields)
    if (is_absent(value))
      before.erase(name);
    else
      before.insert_or_assign(name, value);
  return before;
}

}  // namespace tidemark::stores
