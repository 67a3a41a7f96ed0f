// The fields of a to-do, as forms and people see them.

/** Puts the inputs that the add form and the editor share into `form`. */
export function addInputs(form) {
  const inputs = document.getElementById('fields').content.cloneNode(true);
  form.querySelector('.fields').append(inputs);
}

export function readInputs(form) {
  const { title, description, priority, due_date } = form.elements;
  return {
    title: title.value.trim(),
    description: description.value.trim(),
    priority: priority.value,
    due_date: due_date.value || null,
  };
}

/** Shows the fields of `todo` in the inputs, but for those named in `except`. */
export function fillInputs(form, todo, except = new Set()) {
  for (const name of ['title', 'description', 'priority', 'due_date']) {
    const input = form.elements[name];
    const value = todo[name] ?? '';
    // Writing the same value again would move the caret.
    if (!except.has(name) && input.value !== value) input.value = value;
  }
}

/** Today as a date input writes it: 2026-03-09. */
export function today(now = new Date()) {
  const two = (number) => String(number).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export function isOverdue(todo) {
  return !todo.completed && todo.due_date !== null && todo.due_date < today();
}

export function dueText(todo) {
  if (!todo.due_date) return '';
  const when = dayName(todo.due_date);
  return isOverdue(todo) ? `Overdue · ${when}` : `Due ${when}`;
}

function dayName(date) {
  const days = (Date.parse(date) - Date.parse(today())) / 86_400_000;
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  return new Date(date).toLocaleDateString(undefined, {
    timeZone: 'UTC',
    weekday: Math.abs(days) < 300 ? 'short' : undefined,
    day: 'numeric',
    month: 'short',
    year: Math.abs(days) < 300 ? undefined : 'numeric',
  });
}

const compare = {
  newest: () => 0,
  priority: (a, b) => rank(a) - rank(b),
  due: (a, b) => (a.due_date ?? '9999-99').localeCompare(b.due_date ?? '9999-99'),
};

function rank(todo) {
  return ['high', 'medium', 'low'].indexOf(todo.priority);
}

/** The order on the screen: open before done, then as chosen, then newest first. */
export function inOrder(todos, sort) {
  return todos.toSorted(
    (a, b) => a.completed - b.completed || compare[sort](a, b) || b.created_at - a.created_at,
  );
}
