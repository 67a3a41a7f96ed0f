// LeadRetry: see the header.
#include "lead_retry.h"

#include <algorithm>

namespace tidemark::client {
namespace {

constexpr int kDoubledMax = 7;
constexpr std::int64_t kWaitMsMax = kLeadRetryMsMax + kLeadRetryMsBase;

}  // namespace

bool LeadRetry::is_first(WallMs now) const noexcept {
  return count_ == 0 || now - last_ > kLeadCalmMs;
}

void LeadRetry::soon(WallMs now) noexcept {
  count_ = 1;
  last_ = now;
  at_ = std::nullopt;
}

void LeadRetry::shortly(WallMs now, std::uint64_t random) noexcept {
  last_ = now + static_cast<std::int64_t>(random % kLeadRetryMsBase);
  at_ = last_;
}

void LeadRetry::later(WallMs now, std::uint64_t random) noexcept {
  if (is_first(now)) count_ = 0;
  const std::int64_t doubled = kLeadRetryMsBase << std::min(count_++, kDoubledMax);
  // Not at the same time as the other one.
  const auto jitter = static_cast<std::int64_t>(random % kLeadRetryMsBase);
  last_ = now + std::min(doubled, kLeadRetryMsMax) + jitter;
  at_ = last_;
}

// A wall clock that was set back would have it wait for as long.
bool LeadRetry::is_due(WallMs now) const noexcept {
  return !at_ || now >= *at_ || *at_ - now > kWaitMsMax;
}

}  // namespace tidemark::client
