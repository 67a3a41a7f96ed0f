// What a screen of any size and colour must give: no sideways scroll, targets to hit, text to read.
import assert from 'node:assert/strict';
import { openWindow } from './app.mjs';

async function fill(page) {
  await page.click('summary');
  for (const [title, priority, due] of [
    ['Averylongwordthatnobodywouldeverwritebutsomebodydoes'.repeat(3), 'high', '2020-01-01'],
    ['Water the plants', 'low', '2099-01-01'],
  ]) {
    await page.fill('.add [name=title]', title);
    if (!(await page.isVisible('.add [name=priority]'))) await page.click('summary');
    await page.selectOption('.add [name=priority]', priority);
    await page.fill('.add [name=due_date]', due);
    await page.click('.add button');
    await page.locator('.title').getByText(title).waitFor();
  }
  await page.click('.todo:last-child .check');
  await page.click('summary');
  await page.click('.todo:nth-child(2) .open');
}

/**
 * Runs in the page: the visible texts whose contrast is less than 4.5, and the targets of less than
 * 40 pixels.
 */
function audit() {
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = numbers(color)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    const clear = (numbers(color)[3] ?? 1) === 0;
    return clear && element.parentElement ? backgroundOf(element.parentElement) : color;
  };
  const seen = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest('.hidden');

  const faults = [];
  for (const element of document.querySelectorAll('body *')) {
    if (!seen(element)) continue;
    const name = `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 20)}`;
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (hasText || element.matches('input, select, textarea, svg')) {
      const [a, b] = [getComputedStyle(element).color, backgroundOf(element)].map(luminance);
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) faults.push(`${name}: contrast ${contrast.toFixed(2)}`);
    }
    if (
      element.matches('button, select, summary, textarea, input:not([type=radio]), .filter span')
    ) {
      const { width, height } = element.getBoundingClientRect();
      if (width < 40 || height < 40) faults.push(`${name}: ${width} × ${height}`);
    }
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.push(`scrolls sideways: ${scrollWidth} of ${innerWidth}`);
  return faults;
}

const looks = (width, colorScheme) => async (app, token) => {
  const options = { viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' };
  const { page } = await openWindow(app, token, options);
  await fill(page);
  assert.deepEqual(await page.evaluate(audit), []);
};

export const looksTests = {
  'reads well at 320 pixels, light': looks(320, 'light'),
  'reads well at 320 pixels, dark': looks(320, 'dark'),
  'reads well at 1200 pixels, light': looks(1200, 'light'),
  'reads well at 1200 pixels, dark': looks(1200, 'dark'),
};
