// Two devices of the to-do example at work: each creates, edits, completes and deletes, one goes
// offline for a while, and they write to the same records while they cannot see each other.
import { setTimeout as sleep } from 'node:timers/promises';

// Two devices' writes to one record are further apart than their corrected clocks can be on one
// machine.
const apartMs = 400;
const ownTodos = 20;

/** One device's hands: does something in the page and tells the model. */
class Hand {
  constructor(device, model) {
    this.device = device;
    this.model = model;
  }

  async add(fields) {
    const row = await this.device.call('add', fields);
    this.model.write(row);
    return row.id;
  }

  async update(id, changes) {
    const row = await this.device.call('update', id, changes);
    if (row === null) throw new Error(`device ${this.device.name} has no to-do ${id}`);
    this.model.write(row, [...Object.keys(changes), 'updated_at']);
  }

  async remove(id) {
    if ((await this.device.call('remove', id)) !== null) throw new Error(`${id} was not deleted`);
    this.model.remove(id);
  }
}

/** Creates to-dos of its own, edits each, completes some and deletes some. */
async function ownWork(hand, label) {
  for (let i = 0; i < ownTodos; i++) {
    const id = await hand.add({
      title: `${label} ${i}`,
      priority: ['low', 'medium', 'high'][i % 3],
    });
    await hand.update(id, { description: `${label} “${i}” – é 𐀀 ‮` });
    if (i % 2 === 0) await hand.update(id, { completed: 1 });
    if (i % 5 === 0) await hand.remove(id);
  }
}

const conflicts = {
  'same field': [(hand, id) => hand.update(id, { title: `by ${hand.device.name}` }), null],
  'two fields': [
    (hand, id) => hand.update(id, { title: `by ${hand.device.name}` }),
    (hand, id) => hand.update(id, { due_date: '2030-01-02' }),
  ],
  'delete, then edit': [
    (hand, id) => hand.remove(id),
    (hand, id) => hand.update(id, { completed: 1 }),
  ],
  'edit, then delete': [
    (hand, id) => hand.update(id, { completed: 1 }),
    (hand, id) => hand.remove(id),
  ],
  'both delete': [(hand, id) => hand.remove(id), null],
};

/** Runs it all; `say` is told of each step. Resolves when both devices are back online. */
export async function runTodos(devices, model, say) {
  const hands = devices.map((device) => new Hand(device, model));
  const [one, two] = hands;
  await Promise.all(hands.map((hand) => ownWork(hand, `made on ${hand.device.name}`)));
  say('each device made its own to-dos');

  const shared = [];
  for (const first of hands)
    for (const name of Object.keys(conflicts))
      shared.push({ name, first, id: await one.add({ title: name }) });
  await settle(devices);
  say('both have all of them');

  await two.device.setOffline(true);
  await ownWork(two, 'made offline');
  await ownWork(one, 'made meanwhile');
  for (const { name, first, id } of shared) await conflicts[name][0](first, id);
  await sleep(apartMs);
  for (const { name, first, id } of shared) {
    const [begin, end] = conflicts[name];
    await (end ?? begin)(first === one ? two : one, id);
  }
  say(`device ${two.device.name} was offline, both wrote to ${shared.length} of the same to-dos`);

  await two.device.setOffline(false);
  await settle(devices);
  say('both are online and idle');
}

/**
 * Until both have sent and read everything: what one sends in the first round, the other reads in
 * the second.
 */
export async function settle(devices, timeoutMs = 60_000) {
  for (let round = 0; round < 2; round++) {
    for (const device of devices) await device.call('flush');
    await Promise.all(devices.map((device) => device.untilIdle(timeoutMs)));
  }
}
