// A short message at the bottom of the window, with Undo (also Ctrl+Z) where there is something to.
const root = document.querySelector('.toast');
const button = root.querySelector('button');
const seconds = 8;
let undo = null;
let timer = 0;

export function toast(text, onUndo = null) {
  undo = onUndo;
  button.hidden = undo === null;
  root.querySelector('p').textContent = text;
  root.classList.add('shown');
  wait();
}

function hide() {
  undo = null;
  root.classList.remove('shown');
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(hide, seconds * 1000);
}

function useUndo() {
  undo?.();
  hide();
}

button.addEventListener('click', useUndo);
document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('textarea, input:not([type=checkbox], [type=radio])');
  if (undo === null || typing || event.key !== 'z' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  useUndo();
});

// It stays as long as the pointer or the focus is on it.
for (const type of ['pointerenter', 'focusin']) {
  root.addEventListener(type, () => clearTimeout(timer));
}
for (const type of ['pointerleave', 'focusout']) root.addEventListener(type, wait);
