// The tab that has the file is killed at random moments, while it and another write.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const rounds = 20;

const table = 'CREATE TABLE rows (id TEXT, n INTEGER, filler TEXT)';

/** All that was acknowledged is there, once; pairs are whole; the file is sound. */
async function check(tab, stored, place) {
  const rows = await tab.exec('SELECT id, count(*) AS times FROM rows GROUP BY id');
  assert.ok(Array.isArray(rows), `${place}: ${JSON.stringify(rows)}`);
  const times = new Map(rows.map(({ id, times }) => [id, times]));
  const lost = [...stored].filter((id) => !times.has(id));
  assert.deepEqual(lost, [], `${place}: acknowledged and lost`);
  const twice = rows.filter((row) => row.times > 1);
  assert.deepEqual(twice, [], `${place}: written twice`);
  const half = [...times.keys()].filter(
    (id) => /[ab]$/.test(id) && !times.has(id.slice(0, -1) + (id.endsWith('a') ? 'b' : 'a')),
  );
  assert.deepEqual(half, [], `${place}: half a transaction`);
  const sound = await tab.exec('PRAGMA integrity_check');
  assert.deepEqual(sound, [{ integrity_check: 'ok' }], place);
}

const killedAtRandom = (storage) => async (stage) => {
  const { device, random } = stage;
  const first = await device.openTab(storage);
  await first.exec(table);
  await device.openTab(storage);
  for (let round = 0; round < rounds; round++) {
    const owner = await device.owner();
    const other = device.tabs.find((tab) => tab !== owner);
    owner.call('writeOn', `${round}o`).catch(() => {}); // dies with its tab
    const writing = other.call('writeOn', `${round}f`);
    const moment = Math.floor(random() * 400);
    await sleep(moment);
    const before = device.stored.size;
    await owner.crash();
    // The other goes on.
    for (const end = Date.now() + 30_000; device.stored.size <= before + 5; await sleep(10))
      assert.ok(Date.now() < end, `round ${round}: the other tab does not go on`);
    await other.call('stop');
    const place = `round ${round}, killed after ${moment} ms`;
    // Only what the owner had open is given up, and said to be.
    for (const { failed } of await writing)
      assert.deepEqual([failed?.name, failed?.retryable], ['TidemarkError', true], place);
    assert.equal(await other.call('isOwner'), true, place);
    await check(other, device.stored, place);
    await device.openTab(storage);
  }
  stage.note(`${device.stored.size} writes acknowledged`);
};

export const cases = {
  'opfs: the owner is killed at random': killedAtRandom('opfs'),
  'indexeddb: the owner is killed at random': killedAtRandom('indexeddb'),
};
