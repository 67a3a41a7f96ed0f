// The engine under any list of calls: a host that answers well, badly, late, twice or not at all,
// with times that jump, and perhaps a copy of it. Whatever they do, the engine's own promises hold,
// and once everything works again it gets through.
#include "tidemark/engine.h"

#include "engine/host.h"

namespace {

using fuzz::choice;
using fuzz::Host;
using fuzz::Input;

// Commands of the app, and what arrives by itself.
void command(Host& host, Input& in) {
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
      return host.sync_now();
    case 5:
      return host.set_online(choice(in, 2) == 0);
    case 6:
      return host.set_live(choice(in, 2) == 0);
    case 7:
      return host.poke();
    default:
      return host.hear_clock();
  }
}

void step(Host& host, Input& in) {
  switch (choice(in, 14)) {
    case 0:
      return host.reserve();
    case 1:
    case 2:
      return host.write();
    case 3:
    case 4:
      return host.poll();
    case 5:
    case 6:
    case 7:
    case 8:
      host.poll();
      return host.answer();
    case 9:
      return host.answer_late();
    case 10:
      return host.deliver_late();
    case 11:
      return host.pass_time();
    default:
      return command(host, in);
  }
}

void copy(std::vector<Host>& hosts) {
  hosts.push_back(hosts.front());
  for (Host& host : hosts) host.note_copied();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  fuzz::World world{in, {}};
  std::vector<Host> hosts;
  hosts.reserve(2);
  hosts.emplace_back(world);
  if (choice(in, 4) == 0) hosts.front().restore();
  if (choice(in, 4) != 0) hosts.front().start();
  for (int i = 0; i < 150 && in.remaining_bytes() > 0; ++i) {
    if (hosts.size() == 1 && choice(in, 32) == 1) copy(hosts);
    Host& host = hosts[hosts.size() == 1 ? 0 : choice(in, 2)];
    step(host, in);
    host.check();
  }
  for (Host& host : hosts) host.mend();
  return 0;
}
