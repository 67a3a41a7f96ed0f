// The golden bodies of the protocol, as the hub answers them.
import { expect, test } from 'vitest';
import vectors from '../vectors/protocol.json';
import { Device } from './device.js';

const device = new Device();
let [hub, epoch] = ['', ''];

const soon = (_: string, ms: string) => (Date.now() + Number(ms)).toString(16).padStart(12, '0');
const filled = (text: string) =>
  text
    .replaceAll('$hub', hub)
    .replaceAll('$epoch', epoch)
    .replace(/\$now\+(\d+)/g, soon);

function withTime(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    part === '$time' ? expect.any(Number) : part,
  );
}

test.each(vectors.steps)('$name', async ({ request, body, status, reply }) => {
  if (epoch === '') ({ hub, epoch } = await device.meta());
  const [method = '', path = ''] = request.split(' ');
  const init = body === undefined ? {} : { body: filled(JSON.stringify(body)) };
  const response = await device.fetch(filled(path), { method, ...init });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual(withTime(JSON.parse(filled(JSON.stringify(reply)))));
});
