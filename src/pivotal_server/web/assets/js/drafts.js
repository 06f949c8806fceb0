// Reloading an outdated page keeps what was typed: the fields of its forms wait in session storage.
import { openFrom } from "./dialog.js";
import { markClean } from "./unsaved.js";

const KEY = "draft";

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type),
  );
}

export function reloadWithDraft(form) {
  const values = fields(form).map((field) => [field.name, field.value, field.checked === true]);
  const opener = form.closest("dialog")?.dataset.from ?? "";
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, id: form.id, opener, values }));
  } catch {
    // Without storage the browser's own question about unsent text still guards it.
    location.reload();
    return;
  }
  markClean(form);
  location.reload();
}

function fill(form, values) {
  for (const field of fields(form)) {
    const box = field.type === "checkbox" || field.type === "radio";
    const kept = values.find(([name, value]) => name === field.name && (!box || value === field.value));
    if (!kept) continue;
    if (box) field.checked = kept[2];
    else field.value = kept[1];
  }
  form.dataset.dirty = "";
}

async function restore() {
  let draft;
  try {
    draft = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
  } catch {
    return;
  }
  if (!draft || draft.path !== location.pathname) return;
  if (draft.opener) await openFrom(document.querySelector(`a[data-dialog][href="${CSS.escape(draft.opener)}"]`));
  const form = document.getElementById(draft.id);
  if (form instanceof HTMLFormElement) fill(form, draft.values);
}

restore();
