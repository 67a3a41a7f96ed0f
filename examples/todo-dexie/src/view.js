// The list: what is shown, in which order, and what the user does to it.
import { addInputs, fillInputs, inOrder, isOverdue, readInputs } from './fields.js';
import { Row } from './row.js';
import { toast } from './toast.js';

const list = document.querySelector('.todos');
const addForm = document.querySelector('.add');
const tools = document.querySelector('.tools');

const filters = {
  all: () => true,
  active: (todo) => !todo.completed,
  done: (todo) => Boolean(todo.completed),
};

const empty = {
  all: 'Nothing to do yet. Add the first thing above.',
  active: 'All done. Enjoy the calm.',
  done: 'Nothing is done yet.',
};

export function showTodos(store) {
  const rows = new Map();
  let todos = null;

  const actions = {
    toggle: (todo) => attempt(store.update(todo.id, { completed: todo.completed ? 0 : 1 })),
    async remove(todo) {
      if (!(await attempt(store.remove(todo.id)))) return;
      toast(`Deleted “${todo.title}”`, () => attempt(store.restore(todo)));
    },
    save(todo, changes) {
      const deleted = !todos.some(({ id }) => id === todo.id);
      if (deleted) return attempt(store.restore({ ...todo, ...changes }));
      return Object.keys(changes).length === 0 || attempt(store.update(todo.id, changes));
    },
  };

  function render() {
    if (todos === null) return;
    const filter = tools.elements.filter.value;
    const shown = todos.filter((todo) => filters[filter](todo) || rows.get(todo.id)?.editing);
    for (const todo of shown) {
      if (!rows.has(todo.id)) rows.set(todo.id, new Row(actions));
      rows.get(todo.id).show(todo);
    }

    const keep = new Set(shown.map((todo) => todo.id));
    for (const [id, row] of rows) {
      if (keep.has(id)) continue;
      if (row.editing) {
        row.showGone();
        shown.push(row.todo);
      } else {
        rows.delete(id);
      }
    }

    place(inOrder(shown, tools.elements.sort.value).map((todo) => rows.get(todo.id).element));
    showEmpty(shown.length === 0 ? empty[filter] : '');
    showCount(todos);
  }

  store.watch(
    (all) => {
      todos = all;
      render();
    },
    (error) => showEmpty(`The list cannot be read: ${error.message}`),
  );
  tools.addEventListener('change', render);
  list.addEventListener('editend', render);
  // It may be another day when the user comes back: what is overdue changes.
  document.addEventListener('visibilitychange', render);
  startAdding(store);
}

function startAdding(store) {
  addInputs(addForm);
  const details = addForm.querySelector('details');
  const clear = () => {
    addForm.reset();
    details.open = false;
    addForm.elements.title.focus();
  };
  addForm.addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = readInputs(addForm);
    clear(); // At once, and not after the write: the next title may be under way by then.
    if (!(await attempt(store.add(fields)))) fillInputs(addForm, fields);
  });
  addForm.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') clear();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) addForm.requestSubmit();
  });
}

/** Puts the rows in this order, and the focus on a neighbour if the row that had it leaves. */
function place(elements) {
  const before = [...list.children];
  if (elements.length === before.length && elements.every((row, i) => row === before[i])) return;

  const focused = before.findIndex((row) => row.contains(document.activeElement));
  for (const row of before) if (!elements.includes(row)) row.remove();

  // A row that moves loses its focus: so the row that has it stays, and the others go around it.
  const fixed = elements.indexOf(before[focused]);
  elements.forEach((row, i) => {
    if (i < fixed) elements[fixed].before(row);
    else if (i > fixed) list.append(row);
  });

  if (focused === -1 || fixed !== -1) return;
  const neighbour = elements[Math.min(focused, elements.length - 1)];
  (neighbour?.querySelector('.check') ?? addForm.elements.title).focus();
}

function showEmpty(text) {
  const element = document.querySelector('.empty');
  element.textContent = text;
  element.hidden = text === '';
}

function showCount(todos) {
  const open = todos.filter((todo) => !todo.completed).length;
  const overdue = todos.filter(isOverdue).length;
  const parts = [`${open} open`, `${todos.length - open} done`];
  if (overdue > 0) parts.splice(1, 0, `${overdue} overdue`);
  document.querySelector('.count').textContent = todos.length === 0 ? '' : parts.join(' · ');
}

/** True if the write went through; else says why not. */
async function attempt(write) {
  try {
    await write;
    return true;
  } catch (error) {
    toast(`That was not saved: ${error.message}`);
    return false;
  }
}
