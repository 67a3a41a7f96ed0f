// The engine for JavaScript: one class, numbers and one scratch buffer of 32-bit words, no policy. Nothing here throws: a
// function that can fail returns a negative Errc. Views of memory are valid until the next call; the facade copies at once.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <cstdint>
#include <span>
#include <vector>

#include "tidemark/merge.h"

namespace {

using emscripten::val;
using tidemark::Cell;
using tidemark::Joined;

constexpr int kCellWords = sizeof(Cell) / 4;
constexpr int kJoinedWords = sizeof(Joined) / 4;

int failure(tidemark::Errc code) { return -static_cast<int>(code); }

class EngineBinding {
 public:
  // Room for `words` words of input, as a Uint32Array over the engine's memory.
  val scratch(std::uint32_t words) {
    if (scratch_.size() < words) scratch_.resize(words);
    return val(emscripten::typed_memory_view(words, scratch_.data()));
  }

  // Joins the cells in scratch, `local` of them, then `remote` of them; returns the count of words of result().
  int join(std::uint32_t local, std::uint32_t remote) {
    joined_.clear();
    const auto count = tidemark::join(cells(0, local), cells(local, remote), joined_);
    if (!count) return failure(count.error());
    return static_cast<int>(*count) * kJoinedWords;
  }

  val result() const {
    return val(emscripten::typed_memory_view(joined_.size() * kJoinedWords,
                                             reinterpret_cast<const std::uint32_t*>(joined_.data())));
  }

 private:
  std::span<const Cell> cells(std::uint32_t first, std::uint32_t count) const {
    const auto* all = reinterpret_cast<const Cell*>(scratch_.data());
    return {all + first, count};
  }

  std::vector<std::uint32_t> scratch_;
  std::vector<Joined> joined_;
};

static_assert(kCellWords == 6);

}  // namespace

EMSCRIPTEN_BINDINGS(tidemark) {
  emscripten::class_<EngineBinding>("Engine")
      .constructor<>()
      .function("scratch", &EngineBinding::scratch)
      .function("join", &EngineBinding::join)
      .function("result", &EngineBinding::result);
}
