// Breaks the simulated vendor on request, and shows what of it is still to come.

import { byId, make, showRow } from "./dom.js";
import { KINDS, order, sentences, targets, whenSeen, words } from "./faults.js";
import { once } from "./once.js";
import { isSimulated, simulator } from "./simulator.js";
import { has, vendorOf } from "./vendors.js";

/** Short enough to watch a token end, long enough to read along. */
const SHORT_LIFETIME_S = 20;

/** A request that has just left needs so long to reach the simulator. */
const ARRIVAL_MS = 250;

const panel = byId("faults");
const more = panel.querySelector("details");
const form = byId("fault");
const count = byId("fault-count");
const target = byId("fault-target");
const kind = byId("fault-kind");
const news = byId("fault-news");
const ahead = byId("faults-ahead");

/** What is known of the vendor that the panel breaks, its address, and the way to its controls. */
let place = {};
let controls;

const title = () => place.known.title;
const renews = () => has(place.known, "renewal");

/** Goes up with each look at the simulator: what an older one saw isn't drawn. */
let looks = 0;
let soon;

kind.append(...Object.entries(KINDS).map(([value, { order }]) => make("option", { value }, words(order))));
kind.addEventListener("change", showNote);
showNote();

more.addEventListener("toggle", look);
// Another tab's requests meet the same faults.
document.addEventListener("visibilitychange", () => document.hidden || look());

form.addEventListener("submit", (event) => {
  event.preventDefault();
  act(byId("order-fault"), async () => {
    await controls.order(order(place.known, target.value, kind.value, count.valueAsNumber));
    return `Ordered. ${whenSeen(target.value)}`;
  });
});

onClick("expire", async () => {
  await controls.expire();
  return `Expired at ${title()}. Call the API: ${place.known.expired}.`;
});

onClick("revoke", async () => {
  await controls.revoke();
  return `${title()} accepts nothing that it has issued. Call the API: the session ends.`;
});

onClick("unlock", async () => {
  await controls.unlock();
  return `All accounts at ${title()} are open again.`;
});

onClick("shorten", async () => {
  await controls.setLifetime(SHORT_LIFETIME_S);
  return `It begins with the next ${renews() ? "sign-in or renewal" : "sign-in"}.`;
});

onClick("mend", async () => {
  await controls.clearFaults();
  await controls.setLifetime(null);
  return renews() ? "Mended. A renewal that waits is tried again in its time; Renew tries it now." : "Mended.";
});

/** Shows the panel where the vendor is a simulated one. */
export function offerFaults({ baseUrl, ...options }) {
  const known = vendorOf(options);
  if (known === place.known && baseUrl === place.baseUrl) return;
  place = { known, baseUrl };
  panel.hidden = !isSimulated(baseUrl);
  if (panel.hidden) return;
  controls = simulator(baseUrl);
  target.replaceChildren(...targets(known).map(([value, many]) => make("option", { value }, many)));
  news.textContent = "";
  look();
}

/** A request of the page's has left or ended: a fault may have struck. */
export function mayHaveStruck() {
  news.textContent = "";
  clearTimeout(soon);
  soon = setTimeout(look, ARRIVAL_MS);
}

/** Looks at what is still to come, if anybody sees it. */
async function look() {
  looks += 1;
  const own = looks;
  if (panel.hidden || !more.open) return;
  try {
    // One after the other: each connection that is kept beside takes one closed connection on itself, unseen.
    const faults = await controls.faults();
    const lifetime = await controls.lifetime();
    if (own === looks) show(faults, lifetime);
  } catch (error) {
    if (own === looks) tell(error);
  }
}

function show(faults, lifetime) {
  const lines = sentences(place.known, faults);
  if (lifetime !== null) lines.push(`What is issued from now on lives ${lifetime} s.`);
  ahead.replaceChildren(...lines.map((line) => make("li", {}, line)));
  byId("no-faults").hidden = lines.length > 0;
}

function showNote() {
  const { note } = KINDS[kind.value];
  showRow(byId("fault-note"), byId("fault-note"), note);
}

/** Does what a button asks for, once at a time, and tells what came of it. */
function act(button, work) {
  return once(button, async () => {
    news.textContent = "";
    try {
      news.textContent = await work();
      look(); // not waited for: a button that is told to be done takes the next click
    } catch (error) {
      tell(error);
    }
  });
}

function onClick(id, work) {
  byId(id).addEventListener("click", () => act(byId(id), work));
}

function tell({ message }) {
  news.textContent = `That didn’t work: ${message}.`;
}
