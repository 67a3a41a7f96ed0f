// `watch`: what is written is sent, what others write comes, and it ends when it is told to.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { todos } from './schemas.mjs';
import { exits, jsonLines, sql, start, tidemark } from './support.mjs';

export function watchTests(world) {
  function newFile() {
    const file = world.newFile();
    sql(file, todos);
    return file;
  }
  const watchArgs = (file, token) => [
    ...['watch', file, '--url', world.url, '--token', token, '--tables', 'todos', '--json'],
    ...['--every', '0.3'],
  ];

  async function comes(file, query, expected) {
    for (let i = 0; i < 600; i++) {
      if (sql(file, query) === expected) return;
      await sleep(50);
    }
    assert.equal(sql(file, query), expected);
  }

  const ends = Object.fromEntries(
    ['SIGINT', 'SIGTERM'].map((signal) => [
      `watch: two files follow each other; ${signal} ends it cleanly`,
      async () => {
        const token = world.newToken();
        const [a, b] = [newFile(), newFile()];
        const watching = [a, b].map((file) => start(watchArgs(file, token)));
        const reports = watching.map(jsonLines);
        for (const report of reports)
          await report.next(({ phase, lastSyncedAt }) => phase === 'idle' && lastSyncedAt > 0);
        sql(a, `INSERT INTO todos VALUES ('a', 'Milk', 0)`);
        await comes(b, 'SELECT title FROM todos', 'Milk');
        sql(b, `UPDATE todos SET done = 3`);
        await comes(a, 'SELECT done FROM todos', '3');
        const gone = watching.map((child) => once(child, 'exit'));
        for (const child of watching) child.kill(signal);
        for (const [code] of await Promise.all(gone)) assert.equal(code, exits.done);
        for (const file of [a, b]) assert.equal(sql(file, 'PRAGMA integrity_check'), 'ok');
        const last = reports[0].lines.at(-1);
        assert.equal(last.pending, 0, JSON.stringify(last));
      },
    ]),
  );

  return {
    ...ends,

    'watch: ends with the reason where nobody can go on': async () => {
      const file = newFile();
      const { code, stderr, stdout } = await tidemark(watchArgs(file, 'nobody'));
      assert.equal(code, exits.notSignedIn, stderr);
      assert.equal(JSON.parse(stderr).error.code, 'unauthorized');
      assert.equal(JSON.parse(stdout.trim().split('\n').at(-1)).phase, 'needs-auth');
    },

    'watch: another command may work on the file meanwhile': async () => {
      const token = world.newToken();
      const file = newFile();
      const child = start(watchArgs(file, token));
      const report = jsonLines(child);
      await report.next(({ phase, lastSyncedAt }) => phase === 'idle' && lastSyncedAt > 0);
      sql(file, `INSERT INTO todos VALUES ('a', 'Milk', 0)`);
      const args = ['sync', file, '--url', world.url, '--token', token, '--json'];
      const { code, stderr } = await tidemark(args);
      assert.equal(code, exits.done, stderr);
      assert.equal((await tidemark(['status', file])).code, exits.done);
      // It takes the lead again, and sends what is written then.
      sql(file, `INSERT INTO todos VALUES ('b', 'Bread', 0)`);
      await comes(file, 'SELECT count(*) FROM tidemark_log WHERE op BETWEEN 1 AND 5', '0');
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      assert.equal((await gone)[0], exits.done);
    },
  };
}
