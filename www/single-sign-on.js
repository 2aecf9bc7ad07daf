// The round of a single sign-on: away to where the vendor says, and back to this page, which then has hallpass ask the vendor.

import { byId, make } from "./dom.js";

/** Says, in this tab, that the person went away. */
const KEY = "hallpass-demo-away";

/** A link to a single sign-on. hallpass lets only http(s) addresses through; the host is shown, so that nobody has to follow blindly. */
export function singleSignOnLink(ssoUrl, words) {
  const link = make("a", { href: ssoUrl, rel: "noreferrer" });
  link.append(`${words} ${link.host}`);
  link.addEventListener("click", leave);
  return link;
}

/** Offers it beside the form, where the vendor has told of one. */
export function offerSingleSignOn({ ssoUrl }) {
  const place = byId("single-sign-on");
  const [shown] = place.querySelectorAll("a");
  place.hidden = ssoUrl === undefined;
  if (shown?.href === ssoUrl) return;
  shown?.remove();
  if (ssoUrl === undefined) return;
  const link = singleSignOnLink(ssoUrl, "Sign in at");
  link.className = "button";
  place.append(link);
}

function leave() {
  try {
    sessionStorage.setItem(KEY, "yes");
  } catch {
    // Blocked: then the person has to say that they are signed in already.
  }
}

/** Whether the person is back. Says so once. */
export function isBack() {
  try {
    const went = sessionStorage.getItem(KEY) !== null;
    sessionStorage.removeItem(KEY);
    return went;
  } catch {
    return false;
  }
}
