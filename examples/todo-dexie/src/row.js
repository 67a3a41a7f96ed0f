// One to-do on the screen, and its editor.
import { addInputs, dueText, fillInputs, isOverdue, readInputs } from './fields.js';

export class Row {
  element = document.getElementById('row').content.firstElementChild.cloneNode(true);
  todo;
  #form = this.#find('.editor');
  #touched = new Set();

  /** `actions`: toggle(todo), remove(todo), save(todo, changes). */
  constructor(actions) {
    addInputs(this.#form);
    this.#find('.check').addEventListener('change', () => actions.toggle(this.todo));
    this.#find('.delete').addEventListener('click', () => actions.remove(this.todo));
    this.#find('.open').addEventListener('click', () => this.#edit());
    this.#find('.cancel').addEventListener('click', () => this.#close());
    this.#form.addEventListener('input', (event) => this.#touched.add(event.target.name));
    this.#form.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'Escape') this.#close();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#form.requestSubmit();
    });
    this.#form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (await actions.save(this.todo, this.#changes())) this.#close();
    });
  }

  get editing() {
    return !this.#form.hidden;
  }

  show(todo) {
    this.todo = todo;
    this.#find('.gone').hidden = true;
    this.element.classList.toggle('done', Boolean(todo.completed));
    this.element.classList.toggle('overdue', isOverdue(todo));
    this.#find('.check').checked = Boolean(todo.completed);
    this.#find('.check').setAttribute('aria-label', `Done: ${todo.title}`);
    this.#find('.delete').setAttribute('aria-label', `Delete ${todo.title}`);
    this.#text('.title', todo.title);
    this.#text('.description', todo.description);
    this.#text('.due', dueText(todo));
    this.#text('.priority', { high: 'High priority', low: 'Low priority' }[todo.priority] ?? '');
    this.#find('.priority').dataset.level = todo.priority;
    if (this.editing) this.#fill();
  }

  /** The to-do was deleted elsewhere while it is being edited here. */
  showGone() {
    this.#find('.gone').hidden = false;
  }

  #edit() {
    this.#touched.clear();
    this.#fill();
    this.#setEditing(true);
    this.#form.elements.title.focus();
  }

  #close() {
    const hadFocus = this.#form.contains(document.activeElement);
    this.#setEditing(false);
    if (hadFocus) this.#find('.open').focus();
    this.element.dispatchEvent(new CustomEvent('editend', { bubbles: true }));
  }

  #setEditing(on) {
    this.#form.hidden = !on;
    this.element.classList.toggle('editing', on);
  }

  // What the user has touched stays as it is; the rest follows the database while the editor is
  // open.
  #fill() {
    fillInputs(this.#form, this.todo, this.#touched);
  }

  #changes() {
    const fields = Object.entries(readInputs(this.#form));
    return Object.fromEntries(
      fields.filter(([name, value]) => this.#touched.has(name) && value !== this.todo[name]),
    );
  }

  #text(selector, text) {
    const element = this.#find(selector);
    if (element.textContent !== text) element.textContent = text;
    element.hidden = text === '';
  }

  #find(selector) {
    return this.element.querySelector(selector);
  }
}
