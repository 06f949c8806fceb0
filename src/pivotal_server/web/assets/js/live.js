// Live updates. The stream at data-live carries only names of fragments that changed (none: all of them); the
// page asks for those again and morphs them in. Focus, scroll, open menus and fields in use are left alone.
// A hidden tab closes its stream (browsers allow six connections a host) and catches up when shown.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";
import { parse } from "./dom.js";
import { sessionEnded } from "./session.js";

const POLL = 30_000;
const address = document.querySelector("[data-live]")?.dataset.live;
let stream;
let failures = 0;
let poll;
let names = new Set();
let running = false;
let soon;

const fragments = () => [...document.querySelectorAll("[data-fragment]")];
/** Whether somebody types in or below this element, or has typed there without sending it. */
const inUse = (node) =>
  (node.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) ||
  node.matches("form[data-dirty]") ||
  node.querySelector("form[data-dirty]") !== null;

const RULES = {
  morphStyle: "outerHTML",
  callbacks: {
    // Of what has focus only fields are left alone: a menu that was just used says what came of it.
    // A box with data-keep is the reader's: no answer ticks or clears it.
    beforeNodeMorphed: (old) =>
      !(old instanceof Element && (old.matches("[data-keep]") || (old.matches("input, textarea, select, form") && inUse(old)))),
    beforeNodeRemoved: (old) => !(old instanceof Element && inUse(old)),
    beforeAttributeUpdated: (name, node) =>
      !(name === "open" && node.matches("details")) && name !== "data-focus" && name !== "tabindex",
  },
};

async function fetchFragments(wanted) {
  const url = new URL(location.href);
  wanted.forEach((name) => url.searchParams.append("fragment", name));
  // With data-with a fragment says what of it is shown, so that news do not move it.
  for (const node of document.querySelectorAll("[data-fragment][data-with]")) {
    const [name, value] = node.dataset.with.split(/=(.*)/s);
    if (wanted.has(node.dataset.fragment)) url.searchParams.set(name, value);
  }
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (answer.status === 401) {
    stop();
    sessionEnded();
    return;
  }
  if (answer.status === 404) location.reload();
  if (!answer.ok) return;
  const incoming = parse(await answer.text());
  for (const old of fragments()) {
    const fresh = incoming.querySelector(`[data-fragment="${CSS.escape(old.dataset.fragment)}"]`);
    if (!fresh) continue;
    Idiomorph.morph(old, fresh, RULES);
    htmx.process(old);
    old.dispatchEvent(new CustomEvent("pivotal:content", { bubbles: true }));
  }
}

/** Asks for the content of an open panel again and morphs it in. */
async function fetchPanel(dialog) {
  const answer = await fetch(dialog.dataset.from, { headers: { "HX-Request": "true" } });
  if (answer.status === 404) dialog.close();
  if (!answer.ok) return;
  const fresh = parse(await answer.text()).querySelector("[data-panel]");
  const old = dialog.querySelector("[data-panel]");
  if (!fresh || !old) return;
  Idiomorph.morph(old, fresh, RULES);
  htmx.process(dialog);
  dialog.dispatchEvent(new CustomEvent("pivotal:content", { bubbles: true }));
}

const panels = () => [...document.querySelectorAll("dialog[open]")].filter((dialog) => dialog.querySelector("[data-panel]"));

async function run() {
  if (running) return;
  running = true;
  try {
    while (names.size) {
      const wanted = names;
      names = new Set();
      await fetchFragments(wanted);
      await Promise.all(panels().map(fetchPanel));
    }
  } catch {
    // The next event or poll asks again.
  } finally {
    running = false;
  }
}

/** Asks for these fragments of the page again; those it does not have are passed over. */
export function refresh(wanted) {
  const here = new Set(fragments().map((node) => node.dataset.fragment));
  for (const name of wanted) if (here.has(name)) names.add(name);
  // A drag is not disturbed: what is new comes when it has ended.
  if (document.documentElement.dataset.dragging !== undefined) return;
  clearTimeout(soon);
  soon = setTimeout(run, 50);
}

// A link with data-swap changes the address and asks for that fragment of it, without loading the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  refresh([link.dataset.swap]);
});
addEventListener("popstate", () => refreshAll());
document.addEventListener("pivotal:dropped", () => {
  if (names.size) refresh([...names]);
});

const refreshAll = () => refresh(fragments().map((node) => node.dataset.fragment));

function stop() {
  stream?.close();
  stream = undefined;
  clearInterval(poll);
  poll = undefined;
}

function connect() {
  stream?.close();
  stream = new EventSource(address);
  stream.addEventListener("open", () => {
    // What happened while the stream was away comes with one refresh.
    if (failures) refreshAll();
    failures = 0;
    clearInterval(poll);
    poll = undefined;
  });
  stream.addEventListener("changed", (event) => {
    if (event.data) refresh(event.data.split(" "));
    else refreshAll();
  });
  stream.addEventListener("error", () => {
    failures += 1;
    if (failures < 3 && stream.readyState !== EventSource.CLOSED) return;
    stream.close();
    // Why it is refused, such as an ended session, shows at once.
    if (poll === undefined) refreshAll();
    poll ??= setInterval(() => {
      refreshAll();
      if (stream.readyState === EventSource.CLOSED) connect();
    }, POLL);
  });
}

if (address) {
  if (!document.hidden) connect();
  document.addEventListener("visibilitychange", () => {
    stop();
    if (document.hidden) return;
    failures = 0;
    refreshAll();
    connect();
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    refreshAll();
    connect();
  });
}
