#include <tidemark/tidemark.h>

// An engine with nothing to do has a status, and asks for something when it starts.
int main() {
  constexpr tidemark::WallMs kNow = 1'700'000'000'000;
  tidemark::Engine engine({}, tidemark::Node{7});
  engine.start(0, kNow);
  return engine.poll(kNow) ? 0 : 1;
}
