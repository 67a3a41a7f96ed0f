// What a history tells of itself when it is replayed, and the hash by which two runs are compared.
#include <cstdarg>
#include <cstdio>

#include "world.h"

namespace sim {

const char* name_of(Outcome outcome) {
  static constexpr const char* kNames[] = {"applied",   "merged", "rejected", "kept",
                                           "need_full", "clock",  "clone"};
  return kNames[static_cast<int>(outcome)];
}

using tidemark::Errc;

void World::note(const char* form, ...) const {
  if (!tracing_) return;
  va_list values;
  va_start(values, form);
  std::vprintf(form, values);
  va_end(values);
  std::putchar('\n');
}

void World::tell(const Message& message, const Reply& reply, bool lost) {
  note("  hub %d answers device %d%s: seq %u, page of %zu to %u%s%s%s", message.hub, message.device,
       lost ? " (lost)" : "", hubs_[message.hub].data.seq, reply.page.size(), reply.cursor.seq,
       reply.more ? ", more" : "", reply.reset ? ", reset" : "",
       reply.error == Errc::ok ? "" : std::string(name_of(reply.error)).c_str());
  for (const Result& result : reply.results) {
    const auto i = static_cast<std::size_t>(&result - reply.results.data());
    const Change& change = message.request.changes[i];
    note("    record %d %s at %s: %s", change.record,
         change.columns.deleted ? "delete"
         : change.is_patch()    ? "patch"
                                : "whole",
         change.columns.reg.text().c_str(), name_of(result.outcome));
    hash(static_cast<std::uint64_t>(result.outcome));
  }
}

void World::tell(int i) const {
  const Disk& disk = devices_[i]->disk;
  std::printf("  device %d has stored: cursor %u, pending %u, rows", i, disk.cursor.seq,
              disk.pending());
  for (Record r = 0; r < kRecords; ++r)
    if (disk.rows[r].shown)
      std::printf(" %d:%u,%u,%u", r, disk.rows[r].values[0], disk.rows[r].values[1],
                  disk.rows[r].values[2]);
  std::putchar('\n');
}

}  // namespace sim
