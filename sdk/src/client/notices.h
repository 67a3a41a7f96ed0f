// Notices: what the app is told, one call after the other and while no lock is held, on the thread
// that it named or on the one that has the news.
#ifndef TIDEMARK_CLIENT_NOTICES_H
#define TIDEMARK_CLIENT_NOTICES_H

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "tidemark/report.h"

namespace tidemark::client {

class Notices {
 public:
  using Executor = std::function<void(std::function<void()>)>;
  using News = std::variant<ClientStatus, Event>;
  using Listener = std::function<void(const News&)>;

  explicit Notices(Executor executor) : executor_(std::move(executor)) {}

  /// Who holds what this gives is called back, with `first` before all else.
  [[nodiscard]] std::shared_ptr<void> add(Listener listener, std::optional<News> first);
  /// Waits for deliver().
  void tell(News news);
  /// Whether there is something to deliver.
  [[nodiscard]] bool is_waiting();
  /// Calls back; leaves it to the thread that is at it already, also where that is this one. With
  /// no lock held.
  void deliver();
  /// Nothing more is told.
  void close();

 private:
  using Weak = std::weak_ptr<Listener>;
  struct Item {
    News news;
    std::vector<Weak> listeners;
  };
  void call(const Item& item) const;

  Executor executor_;
  std::mutex mutex_;
  std::vector<Weak> listeners_;
  std::deque<Item> queue_;
  bool delivering_ = false;
  bool closed_ = false;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_NOTICES_H
