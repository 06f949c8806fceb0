// Guarded forms: leaving the page with typed, unsent text asks first.
export const isDirty = (root) => root.querySelector("form[data-dirty]") !== null;

export function markClean(form) {
  delete form.dataset.dirty;
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-guard]")) form.dataset.dirty = "";
});

document.addEventListener("submit", (event) => {
  // A form that htmx sends stays dirty until its answer is known.
  if (!event.defaultPrevented && !event.target.hasAttribute("hx-post")) markClean(event.target);
});

addEventListener("beforeunload", (event) => {
  if (isDirty(document)) event.preventDefault();
});
