// Shows one error at a time, above the forms.

import { byId, make } from "./dom.js";
import { explain } from "./errors.js";
import { singleSignOnLink } from "./single-sign-on.js";

const box = byId("error");

/** The origin that this page's own policy kept the last action from; the network error doesn't tell. */
let blocked;

// The browser may report the violation before fetch fails, or a moment after.
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  if (effectiveDirective !== "connect-src" || !URL.canParse(blockedURI)) return;
  blocked = new URL(blockedURI).origin;
  if (box.dataset.code === "network") box.append(policyHint());
});

/** Shows an error and takes the focus to it. */
export function showError(error, vendor, way) {
  const { code, happened, advice, fields, ssoUrl, message, facts } = explain(error, vendor, way);
  const parts = [
    make("p", { className: "happened" }, happened),
    fields.length ? make("ul", {}, ...fields.map(fieldItem)) : undefined,
    make("p", {}, advice),
    ssoUrl ? make("p", {}, singleSignOnLink(ssoUrl, "Continue at")) : undefined,
    make("p", { className: "code-line" }, "Code ", make("code", {}, code)),
    make("details", {}, make("summary", {}, "For developers"), technical(message, facts)),
    code === "network" && blocked ? policyHint() : undefined,
  ];
  box.dataset.code = code;
  box.replaceChildren(...parts.filter(Boolean));
  box.hidden = false;
  box.focus();
}

/** The code of the error that is shown. */
export const shownCode = () => box.dataset.code;

/** At the start of whatever may fail next, and when the error no longer holds. @returns {boolean} whether the focus was there */
export function clearError() {
  const focused = box.contains(document.activeElement);
  blocked = undefined;
  box.hidden = true;
  delete box.dataset.code;
  box.replaceChildren();
  return focused;
}

function fieldItem({ name, title }) {
  return make("li", {}, make("strong", {}, name), title ? `: ${title}` : "");
}

function technical(message, facts) {
  const rows = facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, String(value))));
  return make("div", {}, make("p", {}, message), make("dl", {}, ...rows));
}

function policyHint() {
  const policy = "This page’s own Content-Security-Policy stopped the request: its connect-src doesn’t list ";
  return make("p", {}, policy, make("code", {}, blocked), ".");
}
