// Draws the recorded requests, newest first.

import { byId, make } from "./dom.js";

/** As many as anyone looks back on; automatic renewals go on for as long as the page is open. */
const MOST = 50;

const list = byId("requests");
const empty = byId("no-requests");
const clear = byId("clear-requests");

/** By entry, its row: a request that ends fills in the row it began with. */
const rows = new WeakMap();
let count = 0;

clear.addEventListener("click", () => {
  list.replaceChildren();
  count = 0;
  empty.hidden = false;
  clear.hidden = true;
  byId("requests-heading").focus(); // the button that had the focus is gone
});

/** Draws a request that has just left, or one that has ended. */
export function showRequest(entry) {
  const row = rows.get(entry) ?? added(entry);
  const { status = "…", duration } = entry;
  row.dataset.status = status;
  row.classList.toggle("refused", duration !== undefined && !(status < 400));
  row.querySelector(".outcome").textContent = duration === undefined ? status : `${status} · ${duration} ms`;
}

function added(entry) {
  const { method, path, by, purpose, credential } = entry;
  const row = make(
    "li",
    { data: { method, path, by, purpose, credential } },
    make(
      "p",
      { className: "line" },
      make("span", { className: "code" }, make("b", {}, method), " ", path),
      " ",
      make("span", { className: "outcome" }),
    ),
    make("p", { className: "note" }, `${by === "page" ? "This page" : "hallpass"}: ${purpose}`),
    make("p", { className: "note" }, "credential: ", make("span", { className: "place" }, credential)),
  );
  rows.set(entry, row);
  list.prepend(row);
  if (list.children.length > MOST) list.lastElementChild.remove();
  count += 1;
  list.start = count; // reversed: the newest has the highest number
  empty.hidden = true;
  clear.hidden = false;
  return row;
}
