// What goes wrong: the exit code, one line on stderr, and the file as it was.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { todos } from './schemas.mjs';
import { exits, sql, tidemark } from './support.mjs';

export function errorTests(world) {
  function newFile(text = todos) {
    const file = world.newFile();
    sql(file, text);
    return file;
  }
  const hub = (token = world.newToken()) => ['--url', world.url, '--token', token];

  /** It fails with this exit code and error code, in one line, in words and as JSON. */
  async function fails(args, exit, code) {
    const words = await tidemark(args);
    assert.equal(words.code, exit, words.stderr);
    const lines = words.stderr.trim().split('\n');
    assert.equal(lines.length, 1, words.stderr);
    assert.match(lines[0], new RegExp(`^tidemark: ${code}: .+; hint: .+`));
    assert.equal(words.stdout, '');
    const asked = await tidemark([...args, '--json']);
    assert.equal(asked.code, exit, asked.stderr);
    assert.equal(asked.stdout, '');
    const { error } = JSON.parse(asked.stderr);
    assert.deepEqual([error.code, error.exit], [code, exit]);
    assert.ok(error.message.length > 0 && error.hint.length > 0);
    return error;
  }

  async function answers(status, body, work) {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    try {
      await work(`http://127.0.0.1:${server.address().port}/sync`);
    } finally {
      server.close();
    }
  }

  return {
    'help and version: on stdout, with the exit codes': async () => {
      for (const args of [['--help'], ['sync', '--help'], ['--version']]) {
        const { code, stdout, stderr } = await tidemark(args);
        assert.deepEqual([code, stderr], [0, '']);
        assert.match(stdout, /\w/);
      }
      assert.match((await tidemark(['--help'])).stdout, /Exit codes: 0 done; 1 wrong usage; 2 the/);
    },

    'usage: unknown commands and options, and what is missing': async () => {
      const file = newFile();
      await fails([], exits.usage, 'usage');
      await fails(['sync'], exits.usage, 'usage');
      await fails(['fly', file], exits.usage, 'usage');
      await fails(['sync', file, '--nonsense', ...hub()], exits.usage, 'usage');
      await fails(['sync', file, '--tables', 'todos'], exits.usage, 'usage');
      await fails(['sync', file, '--merge', 'record', ...hub()], exits.usage, 'usage');
      await fails(['sync', file, '--schema', 'x', ...hub()], exits.usage, 'usage');
      await fails(['pending', file], exits.usage, 'usage');
      await fails(['losses', file], exits.usage, 'usage');
      await fails(
        ['sync', file, '--url', 'ftp://x', '--tables', 'todos'],
        exits.usage,
        'bad_input',
      );
      const both = ['--token', 'a', '--token-file', 'b'];
      await fails(['sync', file, '--url', world.url, ...both], exits.usage, 'usage');
    },

    'a file that is missing, or none of SQLite: said, and left as it is': async () => {
      const missing = `${world.folder}/missing.db`;
      for (const command of ['sync', 'watch', 'status', 'pending', 'export', 'verify']) {
        const args = ['sync', 'watch', 'verify'].includes(command) ? hub() : [];
        await fails([command, missing, ...args], exits.file, 'storage_unavailable');
      }
      assert.throws(() => readFileSync(missing), 'none was made');
      const text = world.newFile();
      writeFileSync(text, 'This is a letter to my aunt, and no database at all. '.repeat(20));
      const before = readFileSync(text);
      await fails(['sync', text, '--tables', 'todos', ...hub()], exits.file, 'storage_damaged');
      assert.deepEqual(readFileSync(text), before);
    },

    'an endpoint that is away, and one that is none': async () => {
      const file = newFile();
      sql(file, `INSERT INTO todos VALUES ('a', 'Milk', 0)`);
      const sync = (url) => ['sync', file, '--tables', 'todos', '--url', url, '--token', 'x'];
      await fails(sync('http://127.0.0.1:9/sync'), exits.network, 'network');
      await answers(200, '<html>Welcome to the hotel</html>', (url) =>
        fails(sync(url), exits.network, 'bad_reply'),
      );
      await answers(503, '{}', (url) => fails(sync(url), exits.network, 'unavailable'));
      await answers(404, '{}', (url) => fails(sync(url), exits.network, 'not_found'));
      const { stdout } = await tidemark(['status', file, '--json']);
      assert.equal(JSON.parse(stdout).pending, 1, 'nothing was dropped');
    },

    'not signed in, not allowed': async () => {
      const file = newFile();
      const tables = ['--tables', 'todos'];
      await fails(['sync', file, ...hub('nobody'), ...tables], exits.notSignedIn, 'unauthorized');
      await fails(
        ['sync', file, ...hub(), ...tables, '--scope', "somebody-else's"],
        exits.notSignedIn,
        'forbidden',
      );
      const other = ['sync', file, ...hub()];
      assert.equal((await tidemark(['sync', file, ...hub(), ...tables])).code, exits.done);
      await fails(other, exits.notSignedIn, 'account_mismatch');
    },

    'an app that is too old for the data': async () => {
      const file = newFile();
      const body = JSON.stringify({
        error: { code: 'schema_outdated', message: 'old', retryable: false, hint: 'update' },
      });
      await answers(409, body, (url) =>
        fails(['sync', file, '--tables', 'todos', '--url', url], exits.outdated, 'schema_outdated'),
      );
    },

    'sync --timeout: an endpoint that does not answer is given up': async () => {
      const file = newFile();
      const server = createServer(() => {});
      await new Promise((done) => server.listen(0, '127.0.0.1', done));
      const url = `http://127.0.0.1:${server.address().port}/sync`;
      const args = ['sync', file, '--tables', 'todos', '--url', url, '--timeout', '0.5'];
      await fails(args, exits.network, 'timeout');
      server.closeAllConnections();
      server.close();
    },
  };
}
