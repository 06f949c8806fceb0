// Forms that save themselves: a change is sent when the field is left, Enter sends, Esc takes it back.
// data-when names the field that shows or hides this part, data-unless the value at which it is hidden.
const kept = new WeakMap();

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-autosave] :is(input, textarea)")) kept.set(event.target, event.target.value);
});

function settle(form) {
  form.querySelectorAll("[data-when]").forEach((part) => {
    const field = form.elements[part.dataset.when];
    part.hidden = field?.value === part.dataset.unless;
  });
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-autosave]")) return;
  settle(form);
  // The day of a plan needs its number first.
  const part = form.querySelector("[data-when]:not([hidden]) input");
  if (part && !part.value && event.target.name === part.closest("[data-when]").dataset.when) {
    part.focus();
    return;
  }
  form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Escape" || !field.matches?.("[data-autosave] :is(input, textarea)")) return;
  if (kept.has(field) && kept.get(field) !== field.value) {
    event.preventDefault();
    event.stopPropagation();
    field.value = kept.get(field);
  }
});

// What was saved is what the form shows from now on, also while somebody is still in it: its was_… fields say so,
// so that going back to the former text is a change again.
const sent = new WeakMap();

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches?.("form[data-autosave]")) sent.set(event.target, new FormData(event.target));
});

document.addEventListener("saved", (event) => {
  const form = event.target;
  const values = form instanceof HTMLFormElement && sent.get(form);
  if (!values) return;
  for (const field of form.elements) {
    if (field.type === "hidden" && field.name.startsWith("was_")) {
      field.value = values.get(field.name.slice("was_".length)) ?? "";
    }
  }
});
