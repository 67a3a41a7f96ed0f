// The engine under any list of calls: a host that answers well, badly, late, twice or not at all,
// with times that jump. Whatever it does, the engine's own promises hold.
#include "tidemark/engine.h"

#include "engine/host.h"

namespace {

using fuzz::choice;
using fuzz::Host;
using fuzz::Input;

// Commands of the app, and what arrives by itself.
void command(Host& host, Input& in) {
  auto& engine = host.engine();
  switch (choice(in, 9)) {
    case 0:
      return host.start();
    case 1:
      return host.close();
    case 2:
      return host.pause();
    case 3:
      return host.resume();
    case 4:
      return engine.sync_now(host.now());
    case 5:
      return engine.handle_online(choice(in, 2) == 0, host.now());
    case 6:
      return engine.handle_live(choice(in, 2) == 0, host.now());
    case 7:
      return engine.handle_poke(host.now());
    default:
      return host.hear_clock();
  }
}

void step(Host& host, Input& in) {
  switch (choice(in, 12)) {
    case 0:
      return host.reserve();
    case 1:
      return host.write();
    case 2:
    case 3:
      return host.poll();
    case 4:
    case 5:
    case 6:
    case 7:
      host.poll();
      return host.answer();
    case 8:
      return host.answer_late();
    case 9:
      return host.pass_time();
    default:
      return command(host, in);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  Host host(in);
  if (choice(in, 4) == 0) host.restore();
  if (choice(in, 4) != 0) host.start();
  for (int i = 0; i < 150 && in.remaining_bytes() > 0; ++i) {
    step(host, in);
    host.check();
  }
  host.poll();
  return 0;
}
