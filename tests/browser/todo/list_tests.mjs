// The list by keyboard, and what a change from elsewhere does to the one who is typing.
import assert from 'node:assert/strict';
import { openWindow, tabTo, titles } from './app.mjs';

const focused = (page, selector) =>
  page.waitForFunction((wanted) => document.activeElement.matches(wanted), selector);

async function add(page, ...names) {
  for (const name of names) {
    await page.fill('.add [name=title]', name);
    await page.press('.add [name=title]', 'Enter');
    await page.locator('.title').getByText(name, { exact: true }).waitFor();
  }
}

/** A second window on the same database: its writes arrive in the first one from outside. */
async function openSecond({ context, page }) {
  const second = await context.newPage();
  await second.goto(`${new URL(page.url()).origin}/?device=1`);
  await second.waitForSelector('.todo');
  await page.bringToFront();
  return second;
}

export const listTests = {
  async 'adds, edits, completes, deletes and undoes by keyboard only'(app, token) {
    const { page, keys, faults } = await openWindow(app, token);
    await focused(page, '.add [name=title]');
    await page.keyboard.type('Milk');
    await keys('Enter');
    await page.waitForSelector('.todo');
    await focused(page, '.add [name=title]');

    await tabTo(page, '.open');
    await keys('Enter');
    await focused(page, '.editor [name=title]');
    await keys('End');
    await page.keyboard.type(' and eggs');
    await tabTo(page, '.editor [name=description]');
    await page.keyboard.type('From the farm');
    await tabTo(page, '.editor [name=priority]');
    await page.keyboard.type('High');
    await tabTo(page, '.editor [name=due_date]');
    await page.keyboard.type('05052020');
    await keys('Enter');
    await focused(page, '.open');
    await page.waitForSelector('.todo.overdue');
    assert.deepEqual(await titles(page), ['Milk and eggs']);
    assert.equal(await page.textContent('.description'), 'From the farm');
    assert.equal(await page.textContent('.priority'), 'High priority');
    assert.match(await page.textContent('.due'), /^Overdue · 5 May 2020$/);

    await keys('Shift+Tab', 'Space');
    await page.waitForSelector('.todo.done');
    await focused(page, '.check');
    assert.equal(await page.textContent('.count'), '0 open · 1 done');

    await tabTo(page, '.delete');
    await keys('Enter');
    await page.waitForSelector('.todo', { state: 'detached' });
    await focused(page, '.add [name=title]');
    await tabTo(page, '.toast button');
    await keys('Enter');
    await page.waitForSelector('.todo.done.todo');
    assert.deepEqual(await titles(page), ['Milk and eggs']);
    assert.deepEqual(faults, []);
  },

  async 'undoes with Ctrl+Z, and moves the focus to the neighbour of a deleted row'(app, token) {
    const { page, keys } = await openWindow(app, token);
    await add(page, 'Three', 'Two', 'One');
    await page.focus('.todo:nth-child(2) .delete');
    await keys('Enter');
    await focused(page, '.todo:nth-child(2) .check');
    assert.deepEqual(await titles(page), ['One', 'Three']);
    await page.waitForSelector('.toast.shown');
    await keys('Control+z');
    await page.waitForSelector('.todo:nth-child(3)');
    assert.deepEqual(await titles(page), ['One', 'Two', 'Three']);
    await focused(page, '.todo:nth-child(3) .check');
  },

  async 'keeps what is typed right after Enter'(app, token) {
    const { page } = await openWindow(app, token);
    await focused(page, '.add [name=title]');
    await page.evaluate(() => {
      const form = document.querySelector('.add');
      for (const title of ['One', 'Two', 'Three']) {
        form.elements.title.value = title;
        form.requestSubmit();
      }
    });
    await page.waitForSelector('.todo:nth-child(3)');
    assert.deepEqual((await titles(page)).sort(), ['One', 'Three', 'Two']);
  },

  async 'Escape cancels an edit, and a new to-do'(app, token) {
    const { page, keys } = await openWindow(app, token);
    await add(page, 'Milk');
    await page.click('.open');
    await page.keyboard.type('Something else');
    await keys('Escape');
    await focused(page, '.open');
    assert.deepEqual(await titles(page), ['Milk']);
    await page.fill('.add [name=title]', 'Eggs');
    await page.click('summary');
    await page.fill('.add [name=description]', 'Twelve');
    await keys('Escape');
    await focused(page, '.add [name=title]');
    assert.equal(await page.inputValue('.add [name=title]'), '');
    assert.equal(await page.inputValue('.add [name=description]'), '');
    assert.equal(await page.locator('.add details').getAttribute('open'), null);
  },

  async 'adds with all fields, and no title of blanks'(app, token) {
    const { page } = await openWindow(app, token);
    await page.fill('.add [name=title]', '   ');
    await page.press('.add [name=title]', 'Enter');
    await page.click('summary');
    await page.fill('.add [name=title]', ' <b>Bold</b> ');
    await page.fill('.add [name=description]', 'One\nTwo');
    await page.selectOption('.add [name=priority]', 'low');
    await page.fill('.add [name=due_date]', '2099-01-31');
    await page.click('.add button');
    await page.waitForSelector('.todo');
    assert.deepEqual(await titles(page), ['<b>Bold</b>']);
    assert.equal(await page.textContent('.description'), 'One\nTwo');
    assert.equal(await page.textContent('.priority'), 'Low priority');
    assert.equal(await page.textContent('.due'), 'Due 31 Jan 2099');
  },

  async 'filters and sorts'(app, token) {
    const { page } = await openWindow(app, token);
    await add(page, 'Low', 'High', 'Plain');
    for (const [name, level, due] of [
      ['Low', 'low', '2099-01-01'],
      ['High', 'high', '2099-02-01'],
    ]) {
      await page.click(`.open:has-text("${name}")`);
      await page.selectOption('.editor:not([hidden]) [name=priority]', level);
      await page.fill('.editor:not([hidden]) [name=due_date]', due);
      await page.click('.editor:not([hidden]) button:has-text("Save")');
      await page.waitForSelector('.editor:not([hidden])', { state: 'detached' });
    }
    assert.deepEqual(await titles(page), ['Plain', 'High', 'Low']);
    await page.selectOption('[name=sort]', 'priority');
    assert.deepEqual(await titles(page), ['High', 'Plain', 'Low']);
    await page.selectOption('[name=sort]', 'due');
    assert.deepEqual(await titles(page), ['Low', 'High', 'Plain']);

    await page.click('.todo:has-text("Low") .check');
    await page.waitForSelector('.todo:last-child.done');
    await page.check('.filter [value=active]');
    assert.deepEqual(await titles(page), ['High', 'Plain']);
    await page.check('.filter [value=done]');
    assert.deepEqual(await titles(page), ['Low']);
    await page.click('.check');
    await page.waitForSelector('.empty:text("Nothing is done yet.")');
  },

  async 'a change from elsewhere takes neither the focus, the caret nor the draft'(app, token) {
    const window = await openWindow(app, token);
    const { page, keys } = window;
    await add(page, 'Milk', 'Eggs');
    const second = await openSecond(window);

    await page.click('.open:has-text("Milk")');
    await keys('Home');
    await page.keyboard.type('Oat ');
    await second.click('.open:has-text("Milk")');
    await second.fill('.editor:not([hidden]) [name=description]', 'Two litres');
    await second.click('.editor:not([hidden]) button:has-text("Save")');
    await add(second, 'Flour');
    await second.click('.todo:has-text("Eggs") .check');
    await page.locator('.todo.done:has-text("Eggs")').waitFor();

    const editor = page.locator('.editor:not([hidden])');
    assert.equal(await editor.locator('[name=description]').inputValue(), 'Two litres');
    await focused(page, '.editor:not([hidden]) [name=title]');
    await page.keyboard.type('or soy ');
    assert.equal(await editor.locator('[name=title]').inputValue(), 'Oat or soy Milk');
    await keys('Enter');
    await page.locator('.title').getByText('Oat or soy Milk').waitFor();
    assert.equal(await page.textContent('.todo:has-text("Milk") .description'), 'Two litres');
  },

  async 'an edit outlives the deletion of its to-do elsewhere'(app, token) {
    const window = await openWindow(app, token);
    const { page, keys } = window;
    await add(page, 'Milk');
    const second = await openSecond(window);
    await page.click('.open');
    await keys('End');
    await page.keyboard.type('!');
    await second.click('.delete');
    await page.waitForSelector('.gone:not([hidden])');
    await focused(page, '.editor [name=title]');
    await keys('Enter');
    await second.locator('.title').getByText('Milk!').waitFor();
    assert.deepEqual(await titles(page), ['Milk!']);
  },

  async 'each window is a device of its own, also after a reload, and both have the list'(
    app,
    token,
  ) {
    const { context, page } = await openWindow(app, token);
    const second = await context.newPage();
    await second.goto(app.url);
    await second.locator('.device', { hasText: 'Device 2' }).waitFor();
    await second.reload();
    await second.locator('.device', { hasText: 'Device 2' }).waitFor();
    assert.equal(await page.textContent('.device'), 'Device 1');

    await add(page, 'Milk');
    await page.locator('.sync-text', { hasText: 'All changes saved' }).waitFor();
    await second.click('text="Sync now"');
    await second.locator('.title', { hasText: 'Milk' }).waitFor();
  },
};
