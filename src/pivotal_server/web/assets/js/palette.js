// The palette: ⌘K or Ctrl+K anywhere. What it shows comes from /search as one types; answers of older input
// are dropped. ↑ ↓ move, Enter opens, ⌘Enter opens in a new tab, Tab completes, Esc clears and then closes.
import htmx from "htmx.org";
import { openFrom } from "./dialog.js";
import { announce, parse, showOnTop } from "./dom.js";
import { sessionEnded } from "./session.js";

const WAIT = 60;
const PATIENCE = 3_000;
const RECENT = 8;
const FIELDS = (
  "name domain slug email contact title status state phase plan bucket tag owner csm assignee health mrr " +
  "monthly_orders launch due created updated activity lane is has type id"
).split(" ");
const VALUES = {
  status: "onboarding active at_risk churned archived",
  state: "active waiting at_risk paused done",
  bucket: "healthy watch at_risk none",
  lane: "this_week next_week later none",
  is: "mine open done overdue locked orphaned unassigned customer_facing duplicate churned archived test",
  has: "onboarding primary target comments files",
  type: "customer contact onboarding task",
  owner: "me none",
  csm: "me none",
  assignee: "me none",
  launch: "today this_week next_week this_month none",
  due: "today tomorrow this_week next_week none",
  created: "today yesterday this_week this_month",
  updated: "today yesterday this_week this_month",
};

const dialog = document.getElementById("palette");
const input = document.getElementById("palette-q");
const list = document.getElementById("palette-list");
const said = document.getElementById("palette-said");
const workspace = document.body.dataset.workspace ?? "";
let active = -1;
let timer;
let running;
// The input that the shown options answer, and an Enter that came before they did: it must not open older ones.
let shownFor;
let entered;

const options = () => [...said.querySelectorAll(".option"), ...list.querySelectorAll(".option")];

// ── What was opened last: numbers alone, the server says what may still be seen ────────────────────────────────
const key = `recent ${workspace}`;

function recent() {
  try {
    return (localStorage.getItem(key) ?? "").split(",").filter(Boolean);
  } catch {
    return [];
  }
}

function remember(number) {
  const rest = recent().filter((one) => one !== number);
  try {
    localStorage.setItem(key, [number, ...rest].slice(0, RECENT).join(","));
  } catch {
    // Storage may be forbidden; then nothing is remembered.
  }
}

// ── Results ────────────────────────────────────────────────────────────────────────────────────────────────────
function choose(at) {
  const all = options();
  active = all.length ? (at + all.length) % all.length : -1;
  all.forEach((option, n) => {
    option.toggleAttribute("data-active", n === active);
    if (option.matches("[role=option]")) option.setAttribute("aria-selected", String(n === active));
  });
  const current = all[active];
  if (current) {
    input.setAttribute("aria-activedescendant", current.id);
    current.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function show(content) {
  // The search page may lie below, with the same ids.
  content.querySelectorAll("[id]").forEach((node) => {
    node.id = `p-${node.id}`;
  });
  content.querySelectorAll("[aria-labelledby]").forEach((node) => {
    node.setAttribute("aria-labelledby", `p-${node.getAttribute("aria-labelledby")}`);
  });
  list.replaceChildren(...(content.querySelector('[data-part="results"]')?.children ?? []));
  said.replaceChildren(...(content.querySelector('[data-part="said"]')?.children ?? content.children));
  list.hidden = !list.children.length;
  list.querySelectorAll(".option").forEach((option) => option.setAttribute("role", "option"));
  for (const option of options()) option.tabIndex = -1;
  htmx.process(list);
  list.parentElement.scrollTop = 0;
  const count = options().length;
  input.setAttribute("aria-expanded", String(count > 0));
  choose(0);
  if (input.value.trim()) announce(count === 1 ? "1 result" : `${count} results`);
}

function address() {
  const query = new URLSearchParams({ q: input.value, at: location.pathname });
  if (!input.value.trim()) query.set("recent", recent().join(","));
  return `/search?${query}`;
}

async function ask() {
  running?.abort();
  const mine = new AbortController();
  const asked = input.value;
  running = mine;
  const patience = setTimeout(() => mine.abort("late"), PATIENCE);
  try {
    const answer = await fetch(address(), { headers: { "HX-Request": "true" }, signal: mine.signal });
    const text = await answer.text();
    if (mine !== running) return;
    if (answer.status === 401) {
      dialog.close();
      sessionEnded();
    } else if (answer.ok) {
      show(parse(text));
      shownFor = asked;
      if (entered) act(options()[active], entered.newTab);
    } else {
      lost();
    }
  } catch {
    // Newer input has its own answer coming.
    if (mine === running) lost();
  } finally {
    clearTimeout(patience);
    if (mine === running) entered = undefined;
  }
}

function lost() {
  entered = undefined;
  show(document.getElementById("palette-lost").content.cloneNode(true));
}

function soon() {
  entered = undefined;
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT);
}

// ── Doing ──────────────────────────────────────────────────────────────────────────────────────────────────────
function act(option, newTab) {
  if (!option) return;
  if (option.dataset.query) {
    input.value = option.dataset.query;
    input.focus();
    ask();
    return;
  }
  if (newTab) {
    open(option.href, "_blank", "noreferrer");
    return;
  }
  dialog.close();
  if (option.dataset.dialog) openFrom(option);
  else location.assign(option.href);
}

/** The field or value that the last word begins, completed; null when nothing fits. */
export function completed(text) {
  const [, before, word] = /^(.*?)(\S*)$/s.exec(text);
  const [, sign, field, value] = /^(-?)(?:([a-z_]+):)?(.*)$/s.exec(word);
  if (!value && !field) return null;
  if (field) {
    const last = value.split(",").at(-1);
    const found = (VALUES[field] ?? "").split(" ").find((one) => last && one.startsWith(last));
    return found ? `${before}${sign}${field}:${value.slice(0, value.length - last.length)}${found} ` : null;
  }
  const found = FIELDS.find((one) => one.startsWith(value));
  return found ? `${before}${sign}${found}:` : null;
}

function openPalette() {
  if (!dialog || dialog.open) return;
  input.value = "";
  list.replaceChildren();
  list.hidden = true;
  said.replaceChildren();
  shownFor = undefined;
  showOnTop(dialog);
  input.focus();
  ask();
}

if (dialog) {
  const shown = document.querySelector("[data-recent]")?.dataset.recent;
  if (shown) remember(shown);

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else openPalette();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (opener && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      openPalette();
    }
  });

  input.addEventListener("input", soon);

  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing) return;
    if (event.key in steps) {
      event.preventDefault();
      choose(active + steps[event.key]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const newTab = event.metaKey || event.ctrlKey;
      if (shownFor === input.value) {
        act(options()[active], newTab);
      } else {
        clearTimeout(timer);
        entered = { newTab };
        ask();
      }
    } else if (event.key === "Tab" && !event.shiftKey) {
      const whole = completed(input.value);
      if (whole === null) return;
      event.preventDefault();
      input.value = whole;
      soon();
    } else if (event.key === "Escape" && input.value) {
      // The first Esc clears, the next one closes.
      event.preventDefault();
      event.stopPropagation();
      input.value = "";
      ask();
    }
  });

  const body = list.parentElement;

  body.addEventListener("pointermove", (event) => {
    const at = options().indexOf(event.target.closest(".option"));
    if (at >= 0 && at !== active) choose(at);
  });

  body.addEventListener("click", (event) => {
    if (event.target.closest("[data-retry-search]")) {
      input.focus();
      ask();
      return;
    }
    const option = event.target.closest(".option");
    if (!option || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(option, event.metaKey || event.ctrlKey);
  });

  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
    entered = undefined;
  });
}
