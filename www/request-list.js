// Draws the recorded requests, newest first.

import { byId, make, showRow } from "./dom.js";

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
  drawn = [];
  count = 0;
  empty.hidden = false;
  clear.hidden = true;
  byId("requests-heading").focus(); // the button that had the focus is gone
});

/** The newest of the entries that are drawn. */
let drawn = [];

/** What is listed of a request that got no reply. */
const UNANSWERED = { network: "failed", timeout: "given up" };

/** Tells at a request what hallpass made of its reply: at the newest that ended so. Of most errors nothing was sent. */
export function blame({ status, code, vendorCode }) {
  const ended = status ?? UNANSWERED[code];
  const entry = drawn.find((one) => one.status === ended && one.duration !== undefined && one.reason === undefined);
  if (!entry) return;
  entry.reason = code;
  // hallpass breaks its own calls off once it has read them, and then the page's copy of the reply with them.
  entry.code ??= vendorCode;
  showRequest(entry);
}

/** Draws a request that has just left, one that has ended, or one of which more is known. */
export function showRequest(entry) {
  const row = rows.get(entry) ?? added(entry);
  const { status = "…", duration, code, reason } = entry;
  row.dataset.status = status;
  const inBand = code !== undefined && status < 400;
  row.classList.toggle("refused", duration !== undefined && (inBand || !(status < 400)));
  row.classList.toggle("in-band", inBand);
  if (code !== undefined) row.dataset.code = code;
  if (reason !== undefined) row.dataset.reason = reason;
  const outcome = [status, code].filter((part) => part !== undefined).join(", ");
  const words = `${outcome}${reason ? ` → ${reason}` : ""}${inBand ? "; an error inside a success" : ""}`;
  showRow(row.querySelector(".reason"), row.querySelector(".reason"), code !== undefined || reason ? words : undefined);
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
    make("p", { className: "note reason", hidden: true }),
    make("p", { className: "note" }, `${by === "page" ? "This page" : "hallpass"}: ${purpose}`),
    make("p", { className: "note" }, "credential: ", make("span", { className: "place" }, credential)),
  );
  rows.set(entry, row);
  drawn = [entry, ...drawn].slice(0, MOST);
  list.prepend(row);
  if (list.children.length > MOST) list.lastElementChild.remove();
  count += 1;
  list.start = count; // reversed: the newest has the highest number
  empty.hidden = true;
  clear.hidden = false;
  return row;
}
