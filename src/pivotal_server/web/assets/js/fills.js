// The reader's own values in the docs: kept in this tab alone, shared by the examples and the request runner.
const KEY = "docs-fill";

/** The values by name. */
export function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** Keeps values beside those that are kept already; pages that show them hear of it. Returns them all. */
export function keep(values) {
  const all = { ...kept(), ...values };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Storage may be forbidden; then the values last as long as the page.
  }
  document.dispatchEvent(new CustomEvent("docs:filled", { detail: all }));
  return all;
}
