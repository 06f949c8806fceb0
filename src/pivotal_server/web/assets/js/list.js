// Lists: j and k move one focused row, Enter opens it, ⌘Enter opens it in a new tab.
const rows = () => [...document.querySelectorAll("[data-list] > [data-row]")];
const link = (row) => row.querySelector("a[data-opens]");

function focus(row) {
  for (const other of rows()) {
    other.tabIndex = other === row ? 0 : -1;
    other.toggleAttribute("data-focus", other === row);
  }
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** Moves the focused row; returns whether the page has a list. */
export function moveRow(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.hasAttribute("data-focus"));
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  focus(all[next]);
  return true;
}

document.addEventListener("keydown", (event) => {
  const row = event.target;
  if (event.key !== "Enter" || !(row instanceof Element) || !row.matches("[data-row]")) return;
  const target = link(row);
  if (!target) return;
  event.preventDefault();
  if (event.metaKey || event.ctrlKey) open(target.href, "_blank", "noreferrer");
  else target.click();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (row && !row.hasAttribute("data-focus")) {
    for (const other of rows()) other.toggleAttribute("data-focus", other === row);
  }
});
