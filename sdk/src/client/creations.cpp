// Which creations were refused with their whole request.
#include "creations.h"

namespace tidemark::client {
namespace {

// Answers to a whole request after which nothing of it was taken.
bool is_refusal(Errc code) noexcept {
  return code == Errc::reset_required || code == Errc::schema_outdated ||
         code == Errc::account_mismatch || code == Errc::unauthorized;
}

}  // namespace

void Creations::restore(std::vector<LogWrite>& writes) const {
  for (LogWrite& write : writes)
    if (write.sent && untaken_.contains({write.entry, write.index})) write.create = true;
}

void Creations::sending(std::span<const LogWrite> writes) {
  for (const LogWrite& write : writes) untaken_.erase({write.entry, write.index});
}

void Creations::failed(std::span<const LogWrite> writes, Errc code) {
  if (!is_refusal(code)) return;
  for (const LogWrite& write : writes)
    if (write.create) untaken_.insert({write.entry, write.index});
}

}  // namespace tidemark::client
