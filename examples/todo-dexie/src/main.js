// The wiring: one store, one list, one badge.
import { Badge } from './badge.js';
import { claimDevice } from './device.js';
import { Store } from './store.js';
import { showTodos } from './view.js';

const device = await claimDevice();
document.querySelector('.device').textContent = `Device ${device}`;
document.title = `To-do · Device ${device}`;

const store = new Store(device);
showTodos(store);

const badge = new Badge(document.querySelector('.sync'), {
  start,
  signIn(token) {
    localStorage.setItem('token', token);
  },
});
start();

// The list is on the screen by now: sync may come late, or fail, and the app works all the same.
async function start() {
  badge.starting();
  try {
    badge.follow(await store.connect(() => localStorage.getItem('token') ?? 'demo-token'));
  } catch (error) {
    badge.failed(error);
  }
}
