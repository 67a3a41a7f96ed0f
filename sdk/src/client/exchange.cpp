// What a reply means.
#include "exchange.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tidemark::client {
namespace {

using Result = Acknowledgement::Result;
using Answer = PushResult::Outcome;

Error bad_reply(std::string detail) { return {Errc::bad_reply, std::move(detail)}; }

std::vector<Stamp> stamps_of(const Change& change) {
  std::vector<Stamp> stamps{change.stamp};
  for (const auto& [name, at] : change.fields) stamps.push_back(at);
  return stamps;
}

ChangeHead head_of(const Change& change) {
  ChangeHead head{{change.table, change.id},
                  change.stamp,
                  change.deleted,
                  change.patch,
                  change.fields,
                  {},
                  change.born};
  if (change.patch)
    for (const auto& [name, value] : change.row) head.names.push_back(name);
  return head;
}

PushResult refusal_of(Errc code, bool give_up) {
  PushResult result;
  result.outcome = Answer::rejected;
  result.code = name_of(code);
  result.message = message_of(code);
  result.retryable = !give_up;
  return result;
}

// Errc::bad_reply where nothing that was sent can have collided: it would be sent for ever.
Outcome<Done> check_collisions(const std::vector<Change>& changes,
                               const std::vector<PushResult>& results) {
  const bool collides = std::any_of(results.begin(), results.end(), [](const PushResult& each) {
    return each.outcome == Answer::collision;
  });
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string place = "results[" + std::to_string(i) + "]";
    if (results[i].outcome == Answer::collision && !changes[i].born)
      return bad_reply(place + " collides and says not how it was born");
    if (results[i].outcome == Answer::deferred && !collides)
      return bad_reply(place + " waits for no other change");
  }
  return Done{};
}

std::uint32_t size_of(const std::vector<Change>& changes) {
  return static_cast<std::uint32_t>(changes.size());
}

}  // namespace

Exchange::Exchange(Place place) : place_(std::move(place)) {
  if (place_.cursor) place_.known = std::nullopt;
}

const PushResult* Exchange::result_of(std::size_t i) const noexcept {
  return push_ && i < push_->results.size() ? &push_->results[i] : nullptr;
}

bool Exchange::is_held(std::size_t i) const noexcept {
  const PushResult* result = result_of(i);
  return result != nullptr &&
         (result->outcome == Answer::applied || result->outcome == Answer::merged);
}

// Whether a reset of what is known would not be answered to the next request, too.
bool Exchange::is_news(const PullReply& pull) const {
  return place_.known && pull.known && *pull.known != *place_.known;
}

Outcome<Done> Exchange::check(const std::optional<PushReply>& push, const PullReply& pull) const {
  if (place_.hub && pull.hub && *pull.hub != *place_.hub)
    return Error{Errc::account_mismatch, *pull.hub + " answered for " + *place_.hub};
  if (pull.reset && !place_.cursor && !is_news(pull))
    return bad_reply("a reset of a pull from the beginning");
  if (pull.more && pull.cursor == place_.cursor && !pull.reset)
    return bad_reply("more to read, and the cursor stands still");
  if (!push) return Done{};
  if (push->results.size() != batch.changes.size())
    return bad_reply(std::to_string(push->results.size()) + " results of " +
                     std::to_string(batch.changes.size()) + " changes");
  for (std::size_t i = 0; i < batch.changes.size(); ++i)
    if (push->results[i].outcome == Answer::need_full && !batch.changes[i].patch)
      return bad_reply("results[" + std::to_string(i) + "] asks for what was sent");
  return check_collisions(batch.changes, push->results);
}

Outcome<Done> Exchange::receive(std::optional<PushReply> push, PullReply pull,
                                std::optional<std::vector<Change>> records) {
  if (auto checked = check(push, pull); !checked) return checked;
  // An endpoint that cannot show single records: it shows them when everything is read again.
  const bool unanswered = push && !rereads.empty() && !records;
  reset_ = pull.reset || unanswered;
  push_ = std::move(push);
  pull_ = std::move(pull);
  records_ = std::move(records).value_or(std::vector<Change>{});
  return Done{};
}

Reply Exchange::summary(WallMs received_at, WallMs server_at) const {
  Reply reply;
  for (std::size_t i = 0; result_of(i) != nullptr; ++i) {
    const PushResult& result = *result_of(i);
    if (result.outcome == Answer::clock)
      ++reply.clock_refused;
    else if (result.outcome == Answer::clone)
      ++reply.cloned;
    else if (result.outcome == Answer::deferred)
      continue;  // it is sent again at once
    else if (result.outcome == Answer::rejected && result.retryable)
      ++reply.kept;
    else
      ++reply.settled;
  }
  reply.fine_until = fine_until(server_at);
  reply.more = reset_ || (pull_ && pull_->more);
  reply.reset = reset_;
  reply.accepted = accepted();
  reply.sent_at = sent_at;
  reply.received_at = received_at;
  reply.server_at = server_at;
  return reply;
}

StoreCommit Exchange::commit(Errc refused, bool give_up) const {
  StoreCommit commit;
  for (const LogWrite& write : batch.vanished)
    commit.acknowledged.push_back({write, Result::sent, {}, {}, std::nullopt});
  for (std::size_t i = 0; i < batch.changes.size(); ++i) {
    if (refused != Errc::ok)
      acknowledge(i, refusal_of(refused, give_up), commit);
    else if (const PushResult* result = result_of(i))
      acknowledge(i, *result, commit);
  }
  commit.pushed = batch.changes;
  if (!pull_) return commit;
  read(commit);
  keep_heads(commit);
  return commit;
}

Moved Exchange::moved() const {
  Moved moved;
  if (push_) moved.sent = static_cast<std::uint32_t>(push_->results.size());
  moved.received = size_of(records_) + (pull_ ? size_of(pull_->changes) : 0);
  for (std::size_t i = 0; result_of(i) != nullptr; ++i)
    if (result_of(i)->outcome == Answer::clone) ++moved.cloned;
  return moved;
}

SyncLogEntry Exchange::entry(WallMs now, Errc fault, std::uint32_t pending) const {
  const Moved all = moved();
  return {sent_at,      now - sent_at,    fault,  all.sent, all.received,
          traffic.sent, traffic.received, pending};
}

// Adds what was read to `commit`.
void Exchange::read(StoreCommit& commit) const {
  commit.page = {reset_ ? std::nullopt : pull_->cursor, place_.cursor};
  commit.hub = pull_->hub;
  commit.records = records_;
  if (reset_) {
    // Without `safe`: it counts in another epoch than the journal does.
    commit.reset = {pull_->offer, pull_->adopt, place_.cursor, pull_->known};
    return;
  }
  commit.changes = pull_->changes;
  commit.safe = pull_->safe;
  commit.complete = !pull_->more;
}

// Adds the heads of what the hub holds now, under the seq by which a backup has all of it.
void Exchange::keep_heads(StoreCommit& commit) const {
  if (!pull_->seq) return;  // an endpoint that is never restored, as it says
  commit.seq = std::max(push_ ? push_->seq : 0, *pull_->seq);
  for (std::size_t i = 0; i < batch.changes.size(); ++i)
    if (is_held(i)) commit.journal.push_back(head_of(batch.changes[i]));
  for (const auto* changes : {&commit.records, &commit.changes})
    for (const Change& change : *changes)
      if (!change.absent) commit.journal.push_back(head_of(change));
}

void Exchange::acknowledge(std::size_t i, const PushResult& result, StoreCommit& commit) const {
  Acknowledgement each;
  switch (result.outcome) {
    case Answer::applied:
    case Answer::merged:
      each.change = i;
      break;
    case Answer::need_full:
      each.result = Result::need_full;
      break;
    case Answer::rejected:
      each.result = result.retryable ? Result::later : Result::dead;
      if (result.retryable) break;
      each.code = result.code;
      each.message = result.message;
      each.change = i;
      break;
    case Answer::collision:
      each.result = Result::collision;
      each.past = result.past.value_or(0);
      break;
    case Answer::deferred:
      each.result = Result::deferred;
      break;
    case Answer::clock:
    case Answer::clone:
      return;
  }
  for (const LogWrite& write : batch.writes[i]) {
    each.write = write;
    commit.acknowledged.push_back(each);
  }
}

// Before the latest stamp of what was refused; where the endpoint does not say up to where it takes
// stamps, before all of them, and what is not ahead of its clock.
WallMs Exchange::fine_until(WallMs server_at) const {
  WallMs fine = std::numeric_limits<WallMs>::max();
  for (std::size_t i = 0; i < batch.changes.size(); ++i) {
    const PushResult* result = result_of(i);
    if (result == nullptr || result->outcome != Answer::clock) continue;
    const auto stamps = stamps_of(batch.changes[i]);
    const auto [least, greatest] = std::minmax_element(stamps.begin(), stamps.end());
    const WallMs until = result->until.value_or(std::min(server_at, least->ms() - 1));
    fine = std::min({fine, until, greatest->ms() - 1});
  }
  return fine;
}

Stamp Exchange::accepted() const {
  Stamp greatest;
  const auto add = [&](const Change& change) {
    for (const Stamp stamp : stamps_of(change)) greatest = std::max(greatest, stamp);
  };
  for (std::size_t i = 0; i < batch.changes.size(); ++i)
    if (is_held(i)) add(batch.changes[i]);
  for (const Change& change : records_)
    if (!change.absent) add(change);
  if (pull_)
    for (const Change& change : pull_->changes) add(change);
  return greatest;
}

}  // namespace tidemark::client
