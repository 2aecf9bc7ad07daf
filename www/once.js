// Buttons that do one thing at a time.

/** Those at work, and with what. */
const atWork = new Map();

/** Does what a button asks for, unless the button is at work already. */
export async function once(button, work) {
  if (atWork.has(button)) return;
  atWork.set(button, work);
  button.setAttribute("aria-disabled", "true"); // `disabled` would lose the focus
  try {
    await work();
  } finally {
    // Released meanwhile, it may be at other work.
    if (atWork.get(button) === work) free(button);
  }
}

/** Has the buttons in an element take new work, whatever becomes of the old. */
export function release(element) {
  for (const button of atWork.keys()) if (element.contains(button)) free(button);
}

function free(button) {
  atWork.delete(button);
  button.removeAttribute("aria-disabled");
}
