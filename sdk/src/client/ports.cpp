// The end of the ports.
#include "ports.h"

namespace tidemark::client {

void Ports::begin_call(Aborted aborted) {
  const std::scoped_lock lock(call_mutex_);
  call_ = std::move(aborted);
  if (call_ && closed_) call_->store(true);
}

void Ports::shut() {
  const std::scoped_lock lock(call_mutex_);
  closed_ = true;
  if (call_) call_->store(true);
}

void Ports::close() {
  shut();
  destroy(store_);
  destroy(transport_);
}

}  // namespace tidemark::client
