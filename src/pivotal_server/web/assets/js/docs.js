// The docs: everything here adds to pages that can be read without it.
import "./theme.js";
import "./copy.js";
import { announce, element, isTyping } from "./dom.js";
import { keep, kept } from "./fills.js";

// ── Values of the reader in the examples ─────────────────────────────────────────────────────────
const form = document.querySelector("[data-docs-fill]");

function fill(values) {
  for (const node of document.querySelectorAll("[data-fill]")) {
    node.dataset.placeholder ??= node.textContent;
    node.textContent = values[node.dataset.fill] || node.dataset.placeholder;
  }
}

function show(values) {
  for (const input of form.elements) if (input.name) input.value = values[input.name] ?? "";
  fill(values);
}

if (form) {
  show(kept());
  form.addEventListener("input", () => {
    fill(keep(Object.fromEntries([...form.elements].filter((one) => one.name).map((one) => [one.name, one.value.trim()]))));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("docs:filled", ({ detail }) => {
    if (!form.contains(document.activeElement)) show(detail);
  });
}

// ── Copy page ────────────────────────────────────────────────────────────────────────────────────
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-page]");
  if (!button) return;
  const answer = await fetch(button.dataset.copyPage);
  if (!answer.ok) return;
  const copier = element("button", { type: "button", hidden: true });
  const first = button.dataset.copyFirst;
  copier.dataset.copy = (first ? `${first}\n\n` : "") + (await answer.text());
  button.after(copier);
  copier.click();
  copier.remove();
  const label = button.querySelector("[data-copy-label]");
  label.dataset.copyLabel ||= label.textContent;
  label.textContent = "Copied";
  setTimeout(() => {
    label.textContent = label.dataset.copyLabel;
  }, 2000);
});

// ── Was this page helpful? The answer is sent at once, and a comment may follow ───────────────────
const vote = document.querySelector("[data-docs-vote]");

async function voteWith(address, body) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" }, method: body ? "POST" : "GET", body });
  // A refusal comes with the form, which keeps what was typed; anything else has no form to show.
  if (!answer.ok && answer.status !== 422 && answer.status !== 429) throw new Error(`vote: ${answer.status}`);
  const part = vote.querySelector("[data-vote-part]");
  part.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  return part;
}

async function sendVote(form) {
  const part = await voteWith(form.action, new URLSearchParams(new FormData(form)));
  const said = part.querySelector("[role=status], [role=alert]");
  if (said) announce(said.textContent);
  part.querySelector("textarea")?.focus();
}

vote?.addEventListener("click", async (event) => {
  const answer = event.target.closest("a[href]");
  if (!answer || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  try {
    await sendVote((await voteWith(answer.href)).querySelector("form"));
    for (const one of vote.querySelectorAll("a[href]")) one.setAttribute("data-variant", one === answer ? "secondary" : "outline");
  } catch {
    // The page of the link does the same, or says what is wrong.
    location.href = answer.href;
  }
});
vote?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await sendVote(event.target);
  } catch {
    announce("It could not be sent. Try again.");
  }
});

// ── The heading that is being read ───────────────────────────────────────────────────────────────
const entries = new Map(
  [...document.querySelectorAll(".docs-toc a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
);
if (entries.size > 0) {
  const headings = [...entries.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const follow = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120);
    const current = entries.get((passed.at(-1) ?? headings[0]).id);
    for (const link of entries.values()) {
      if (link === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  follow();
  addEventListener("scroll", follow, { passive: true });
}

// ── Search as you type ───────────────────────────────────────────────────────────────────────────
const dialog = document.getElementById("docs-find");
const field = dialog.querySelector("input");
const list = dialog.querySelector("ul");
let asked = 0;

function open() {
  if (dialog.open) return;
  dialog.showModal();
  field.select();
}

function options() {
  return [...list.querySelectorAll("[role=option]")];
}

function point(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  field.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

function go(option, apart) {
  if (apart) {
    window.open(option.dataset.href, "_blank", "noopener");
    return;
  }
  dialog.close();
  location.href = option.dataset.href;
}

function marked(excerpt) {
  // The server escapes the excerpt and marks the words found; only its text and those marks are taken.
  const inert = new DOMParser().parseFromString(excerpt, "text/html").body;
  return [...inert.childNodes].map((node) =>
    node.nodeName === "MARK" ? element("mark", { textContent: node.textContent }) : node.textContent,
  );
}

async function find() {
  const query = field.value.trim();
  const turn = (asked += 1);
  const results = query ? await fetch(`/docs/search.json?q=${encodeURIComponent(query)}`).then((a) => a.json()) : { results: [] };
  if (turn !== asked) return;
  list.replaceChildren(
    ...results.results.map((hit, at) => {
      const option = element(
        "li",
        { id: `docs-found-${at}` },
        element("span", { className: "muted small", textContent: hit.heading ? `${hit.tab || "Docs"} · ${hit.title}` : hit.tab || "Docs" }),
        element("strong", { textContent: hit.heading || hit.title }),
        element("span", {}, ...marked(hit.excerpt)),
      );
      option.dataset.href = hit.href;
      option.setAttribute("role", "option");
      return option;
    }),
  );
  field.setAttribute("aria-expanded", String(results.results.length > 0));
  point(options()[0]);
  if (query) announce(results.results.length === 1 ? "1 result" : `${results.results.length} results`);
}

field.addEventListener("input", find);
field.addEventListener("keydown", (event) => {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (all.length > 0) point(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    go(all[at], event.metaKey || event.ctrlKey);
  }
});
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) go(option, event.metaKey || event.ctrlKey);
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
document.addEventListener("keydown", (event) => {
  const chord = (event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k";
  const slash = event.key === "/" && !event.metaKey && !event.ctrlKey && !event.altKey && !isTyping(event.target);
  if (!chord && !slash) return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-docs-search]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
