// Scripts of what chance brings about too seldom. What is written, by whom to which record, stays
// with chance.
#include "random.h"
#include "schedule.h"

namespace sim {

namespace {

class Scene {
 public:
  Scene(Schedule& schedule, Random& random) : schedule_(schedule), random_(random) {
    Profile& profile = schedule.profile;
    profile.devices = 3;
    profile.loss = profile.doubles = profile.hub_crash = profile.store_crash = profile.poison = 0;
    profile.two_accounts = false;
    profile.records = static_cast<std::uint8_t>(2u << random.below(3));
  }

  Profile& profile() { return schedule_.profile; }
  Scene& add(Act act, int device, int times = 1) {
    for (int i = 0; i < times; ++i)
      schedule_.actions.push_back({act, static_cast<std::uint8_t>(device), random_.word()});
    return *this;
  }
  Scene& exchange(int device, int times = 1) {
    for (int i = 0; i < times; ++i) add(Act::sync, device).add(Act::exchange, device);
    return *this;
  }
  Scene& ages(int times) {
    for (int i = 0; i < times; ++i) add(Act::ages, 0).add(Act::write, 1).exchange(1);
    return *this;
  }

 private:
  Schedule& schedule_;
  Random& random_;
};

// A device comes back after ages, hands in what it wrote, and the hub is put back to before that.
void return_after_ages(Scene& scene) {
  scene.profile().deletes = 500;
  scene.exchange(0).add(Act::write, 1, 6).exchange(1, 2).exchange(0, 2).add(Act::offline, 0);
  scene.add(Act::write, 0, 3).add(Act::write, 1, 10).exchange(1, 2).ages(6);
  scene.add(Act::backup_hub, 0).add(Act::online, 0).exchange(0, 4).add(Act::restore_hub, 0);
}

// What was sent is sent again after ages, as the reply was lost; it has been deleted since.
void sent_twice(Scene& scene) {
  scene.profile().deletes = 600;
  scene.exchange(0, 2).exchange(1).add(Act::write, 0, 4).add(Act::sync, 0).add(Act::deliver, 0);
  scene.add(Act::silence, 0).add(Act::crash, 0).exchange(1, 2).add(Act::write, 1, 8);
  scene.exchange(1, 3).ages(6).add(Act::boot, 0).exchange(0, 3);
}

// A push whose stamps are ahead is delivered again when their time has come.
void late_copy(Scene& scene) {
  scene.exchange(0, 2).exchange(1).add(Act::ahead, 0).add(Act::write, 0, 3);
  scene.add(Act::hold, 0).exchange(0, 4).exchange(1, 2);
  scene.add(Act::write, 1, 4).exchange(1, 2).add(Act::pass, 0, 4).add(Act::late, 0);
  scene.exchange(0).exchange(1);
}

// What is offered after a restore goes with what a wrong clock stamped.
void offered_ahead(Scene& scene) {
  scene.profile().deletes = 400;
  scene.exchange(0, 2).exchange(1).add(Act::backup_hub, 0).add(Act::write, 0, 4).exchange(0, 2);
  scene.exchange(1, 2).add(Act::restore_hub, 0).add(Act::write, 1, 4).exchange(1, 6);
  scene.add(Act::ahead, 0).add(Act::write, 0, 3).exchange(0, 6).exchange(1, 2);
}

// A device is put back to before what it wrote and sent.
void put_back(Scene& scene) {
  scene.exchange(0, 2).add(Act::write, 0, 2).exchange(0, 2).add(Act::backup_device, 0);
  scene.add(Act::write, 0, 4).exchange(0, 2).exchange(1, 2).add(Act::restore_device, 0);
  scene.exchange(0, 2);
}

// What is refused lies over what others wrote, and the hub is put back.
void refused_and_restored(Scene& scene) {
  scene.profile().poison = 300;
  scene.exchange(0, 2).exchange(1).add(Act::backup_hub, 0).add(Act::write, 1, 5).exchange(1, 2);
  scene.exchange(0, 2).add(Act::write, 0, 5).add(Act::sync, 0).add(Act::exchange, 0);
  scene.add(Act::restore_hub, 0).exchange(0, 4).exchange(1, 4).add(Act::letters, 0, 2);
}

// A clock that was ahead let a write win that was the earlier one; before what won is read again,
// the hub is put back.
void lowered_and_restored(Scene& scene) {
  scene.profile().devices = 2;
  scene.profile().records = 1;
  scene.profile().deletes = 100;
  scene.exchange(0, 2).exchange(1, 2).add(Act::backup_hub, 0);
  scene.add(Act::crash, 0).add(Act::ahead, 0).add(Act::boot, 0).add(Act::write, 0, 2);
  scene.exchange(1, 3)
      .add(Act::write, 1, 2)
      .exchange(1, 2)
      .add(Act::deliver, 0, 2)
      .add(Act::restore_hub, 0);
  scene.exchange(0, 4).exchange(1, 4);
}

constexpr void (*kScenes[])(Scene&) = {return_after_ages,   sent_twice, late_copy,
                                       offered_ahead,       put_back,   refused_and_restored,
                                       lowered_and_restored};

}  // namespace

void draw_scene(Schedule& schedule, Random& random) {
  Scene scene(schedule, random);
  kScenes[random.below(sizeof(kScenes) / sizeof(*kScenes))](scene);
  scene.add(Act::check, 0);
}

}  // namespace sim
