// The queue of notices.
#include "notices.h"

#include <utility>

namespace tidemark::client {

std::shared_ptr<void> Notices::add(Listener listener, std::optional<News> first) {
  auto added = std::make_shared<Listener>(std::move(listener));
  const std::scoped_lock lock(mutex_);
  std::erase_if(listeners_, [](const Weak& each) { return each.expired(); });
  listeners_.push_back(added);
  if (first && !closed_) queue_.push_back({*std::move(first), {added}});
  return added;
}

void Notices::tell(News news) {
  const std::scoped_lock lock(mutex_);
  if (!closed_ && !listeners_.empty()) queue_.push_back({std::move(news), listeners_});
}

bool Notices::is_waiting() {
  const std::scoped_lock lock(mutex_);
  return !queue_.empty() && !delivering_;
}

void Notices::deliver() {
  std::unique_lock lock(mutex_);
  if (delivering_) return;
  delivering_ = true;
  while (!queue_.empty()) {
    const Item item = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    call(item);
    lock.lock();
  }
  delivering_ = false;
}

void Notices::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  queue_.clear();
}

void Notices::call(const Item& item) const {
  for (const Weak& each : item.listeners) {
    if (executor_) {
      executor_([each, news = item.news] {
        if (const auto listener = each.lock()) (*listener)(news);
      });
    } else if (const auto listener = each.lock()) {
      (*listener)(item.news);
    }
  }
}

}  // namespace tidemark::client
