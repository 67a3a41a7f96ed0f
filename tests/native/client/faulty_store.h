// A store between a client and another store, of which a test can let any call fail.
#ifndef TIDEMARK_TESTS_FAULTY_STORE_H
#define TIDEMARK_TESTS_FAULTY_STORE_H

#include <functional>
#include <memory>
#include <string_view>

#include "tidemark/port/store.h"

namespace tests {

struct StoreFaults {
  /// By the name of the call.
  std::function<bool(std::string_view)> fails;
};

[[nodiscard]] std::unique_ptr<tidemark::Store> faulty_store(std::unique_ptr<tidemark::Store> store,
                                                            std::shared_ptr<StoreFaults> faults);

}  // namespace tests

#endif  // TIDEMARK_TESTS_FAULTY_STORE_H
