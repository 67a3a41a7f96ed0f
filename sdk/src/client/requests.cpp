// What is asked, and how.
#include "requests.h"

#include <utility>

namespace tidemark::client {
namespace {

std::string turn_text(Turn turn) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (auto digit = text.rbegin(); turn != 0; ++digit, turn >>= 4) *digit = kDigits[turn & 15];
  return text;
}

Outcome<WallMs> pull(Transport& transport, Exchange& exchange, const Send& step, const Asker& asker,
                     const CallOptions& options) {
  const Place& place = exchange.place();
  PullRequest request;
  request.cursor = place.cursor;
  request.limit = step.records_max;
  request.tables = asker.tables;
  request.known = place.known;
  request.hub = place.hub;
  request.schema = asker.schema;
  if (!step.whole) request.node = asker.node;
  const Turn answered = step.turns_before.front();
  if (!step.whole && answered != 0) request.turn = turn_text(answered);
  auto reply = transport.pull(request, options);
  if (!reply) return reply.error();
  const WallMs server_at = reply->server_time;
  auto received = exchange.receive(std::nullopt, *std::move(reply), std::nullopt);
  if (!received) return received.error();
  return server_at;
}

FullRequest full_request(const Exchange& exchange, const Send& step, const Asker& asker) {
  const Place& place = exchange.place();
  FullRequest request;
  request.device = asker.device;
  request.node = asker.node;
  request.schema = asker.schema;
  request.cursor = place.cursor;
  request.changes = exchange.batch.changes;
  request.hub = place.hub;
  if (step.turn != 0) {
    request.turn = turn_text(step.turn);
    for (const Turn before : step.turns_before)
      if (before != 0) request.after.push_back(turn_text(before));
  }
  request.limit = step.records_max;
  request.tables = asker.tables;
  request.own = step.whole;
  request.known = place.known;
  request.records = exchange.rereads;
  return request;
}

}  // namespace

Outcome<WallMs> call_hub(Transport& transport, Exchange& exchange, const Send& step,
                         const Asker& asker, const CallOptions& options) {
  if (step.call == Call::pull) return pull(transport, exchange, step, asker, options);
  auto reply = transport.full(full_request(exchange, step, asker), options);
  if (!reply) return reply.error();
  const WallMs server_at = reply->server_time;
  auto received =
      exchange.receive(std::move(reply->push), std::move(reply->pull), std::move(reply->records));
  if (!received) return received.error();
  return server_at;
}

}  // namespace tidemark::client
