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
