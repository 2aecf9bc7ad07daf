// hallpass/vue, with Vue itself and a page that is a list of texts.
import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { fakeSession } from "../../pkg/testing.js";
import { counted } from "./counted.mjs";

// Vue lies among the tools, where the package doesn't look for it.
const VUE = new URL("../../xtask/node_modules/vue/index.mjs", import.meta.url).href;
const hook = `export const resolve = (name, context, next) => next(name === "vue" ? "${VUE}" : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { Suspense, createRenderer, effectScope, h, onMounted, shallowRef, watch } = await import("vue");
const { useSession } = await import("../../pkg/vue.js");

const { createApp } = createRenderer({
  createElement: () => ({ text: "", inside: [] }),
  createText: (text) => ({ text }),
  createComment: () => ({ text: "" }),
  setText: (node, text) => (node.text = text),
  setElementText: (node, text) => (node.text = text),
  insert: (node, parent) => ((node.parent = parent), parent.inside.push(node)),
  remove: (node) => (node.parent.inside = node.parent.inside.filter((one) => one !== node)),
  parentNode: (node) => node.parent,
  nextSibling: () => null,
  patchProp: () => {},
});

/** Shows a component; gives back what is on the page, and how to take it away. */
function show(component) {
  const page = { inside: [] };
  const app = createApp(component);
  app.config.warnHandler = (words) => assert.fail(words);
  app.mount(page);
  return { text: () => page.inside.map(({ text }) => text).join(), leave: () => app.unmount() };
}

const jdoe = () => fakeSession({ state: { user: "jdoe" } });
const words = ({ state, error }) => error.value?.code ?? state.value?.user ?? "one moment";

test("a component sees the session once it is mounted, and leaves it", async () => {
  const session = counted();
  const { text, leave } = show({
    setup() {
      const seen = useSession(async () => session);
      return () => h("p", words(seen));
    },
  });
  assert.equal(text(), "one moment");
  await turn();
  assert.deepEqual([text(), session.listening], ["jdoe", 1]);
  leave();
  assert.equal(session.listening, 0);
});

test("a store that is first used after mounting opens its session all the same", async () => {
  let store;
  const useStore = () => (store ??= effectScope(true).run(() => useSession(async () => jdoe())));
  const { text } = show({
    setup() {
      const used = shallowRef();
      onMounted(() => (used.value = useStore()));
      return () => h("p", used.value ? words(used.value) : "none");
    },
  });
  await turn();
  await turn();
  assert.equal(text(), "jdoe");
});

test("what is first used in a component that is left before it is mounted opens for a store, and for nobody else", async () => {
  for (const [isStore, expected] of [[true, 1], [false, 0]]) {
    let opened = 0;
    const source = async () => (opened++, jdoe());
    const slow = {
      async setup() {
        if (isStore) effectScope(true).run(() => useSession(source));
        else useSession(source);
        await new Promise(() => {});
      },
    };
    const left = shallowRef(false);
    show({ render: () => h(Suspense, null, { default: () => (left.value ? h("p", "home") : h(slow)), fallback: () => h("p", "one moment") }) });
    await turn();
    assert.equal(opened, 0);
    left.value = true;
    await turn();
    await turn();
    assert.equal(opened, expected, isStore ? "a store" : "the component's own");
  }
});

test("a scope that is stopped before its component is mounted listens to nothing", async () => {
  const session = counted();
  let calls = 0;
  show({
    setup() {
      const scope = effectScope(true);
      scope.run(() => useSession(async () => (calls++, session)));
      scope.stop();
      return () => h("p");
    },
  });
  await turn();
  assert.deepEqual([calls, session.listening], [0, 0]);
});

test("a scope that is stopped by what it is told leaves no listener behind", async () => {
  for (const later of [false, true]) {
    const session = counted();
    const scope = effectScope(true);
    const end = ({ state }) => watch(state, () => scope.stop(), { flush: "sync" });
    if (later) scope.run(() => end(useSession(async () => session)));
    else show({ setup: () => (scope.run(() => end(useSession(session))), () => h("p")) });
    await turn();
    assert.equal(session.listening, 0, later ? "opened later" : "open already");
  }
});

test("a session that was disposed of is told, and reopened for a function", async () => {
  const gone = jdoe();
  gone.dispose();
  const sessions = [];
  const open = async () => (sessions.push(jdoe()), sessions.at(-1));
  for (const [source, expected] of [[gone, "unsupported"], [async () => gone, "unsupported"], [open, "jdoe"]]) {
    for (let times = 0; times < 2; times++) {
      const { text, leave } = show({
        setup() {
          const seen = [useSession(source), useSession(source)];
          return () => h("p", seen.map(words).join());
        },
      });
      await turn();
      await turn();
      assert.equal(text(), `${expected},${expected}`);
      leave();
      sessions.at(-1)?.dispose();
    }
  }
  assert.equal(sessions.length, 2);
});

test("outside of a scope it warns of nothing", (context) => {
  const { mock } = context.mock.method(console, "warn", () => {});
  assert.equal(useSession(jdoe()).state.value.user, "jdoe");
  assert.equal(mock.callCount(), 0);
});
