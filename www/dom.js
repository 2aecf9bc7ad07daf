// The page's two ways to the document. Everything that comes from a vendor goes in as text: no markup is ever parsed.

/** The element with this id; the page and its scripts belong together, so it is there. */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. Of `properties`, `data` goes to the dataset; the others are set as properties.
 *
 * @param {string} tag
 * @param {{ data?: Record<string, string | number>, [name: string]: unknown }} [properties]
 * @param {...(Node | string | undefined)} children those that are undefined are left out
 */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Shows or hides a row, and sets its text where it is shown. `undefined` hides it. */
export function showRow(row, cell, text) {
  row.hidden = text === undefined;
  // Only on a change: the countdown and the renewals come by often.
  if (cell.textContent !== (text ?? "")) cell.textContent = text ?? "";
}
