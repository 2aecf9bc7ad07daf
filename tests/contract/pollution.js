import { packageAddress, port } from "./env.js";
import * as cases from "./prototypes/cases.js";

/**
 * Runs a test of what is on the prototypes. On a page, in a frame with prototypes of its own: the browser's driver looks at
 * the page meanwhile, by scripts that come to grief over such prototypes themselves.
 */
const run = (name) => (globalThis.document ? inAFrame(name) : cases[name]());

async function inAFrame(name) {
  const frame = document.createElement("iframe");
  frame.srcdoc = "<!doctype html>";
  const loaded = new Promise((done) => frame.addEventListener("load", done));
  document.body.append(frame);
  try {
    await loaded;
    const load = frame.contentWindow.eval("(address) => import(address)");
    const { start } = await load(new URL("env.js", import.meta.url).href);
    await start(packageAddress, port);
    await (await load(new URL("prototypes/cases.js", import.meta.url).href))[name]();
  } finally {
    frame.remove();
  }
}

export const r15_members_on_the_prototypes_change_nothing = () => run("r15_members_on_the_prototypes_change_nothing");
export const r15_what_hangs_on_the_prototypes_is_handed_no_secret = () => run("r15_what_hangs_on_the_prototypes_is_handed_no_secret");
export const r15_a_reply_is_not_completed_from_the_prototypes = () => run("r15_a_reply_is_not_completed_from_the_prototypes");
export const r15_a_list_is_not_completed_from_the_prototype = () => run("r15_a_list_is_not_completed_from_the_prototype");
export const r15_a_record_is_not_completed_from_the_prototypes = () => run("r15_a_record_is_not_completed_from_the_prototypes");
export const r15_the_first_state_is_seen = () => run("r15_the_first_state_is_seen");
export const r15_what_the_caller_gives_counts_all_the_same = () => run("r15_what_the_caller_gives_counts_all_the_same");
export const r15_an_error_is_not_completed_from_the_prototype = () => run("r15_an_error_is_not_completed_from_the_prototype");
export const r15_a_then_on_the_prototype_is_waited_for_in_bounds = () => run("r15_a_then_on_the_prototype_is_waited_for_in_bounds");
export const r15_frozen_prototypes_break_nothing = () => run("r15_frozen_prototypes_break_nothing");
export const r15_members_from_before_it_was_loaded_change_nothing = () => run("r15_members_from_before_it_was_loaded_change_nothing");
export const r15_redirectTo_is_not_read_off_the_prototype = () => run("r15_redirectTo_is_not_read_off_the_prototype");
