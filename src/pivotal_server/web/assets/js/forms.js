// Forms sent by htmx. A refused form comes back with its messages and takes the old one's place; other
// faults are shown inside the form, which stays as it was. Success arrives as the event "saved".
import { parse } from "./dom.js";
import { reloadWithDraft } from "./drafts.js";
import { refresh } from "./live.js";
import { sessionEnded } from "./session.js";
import { toast } from "./toast.js";
import { markClean } from "./unsaved.js";

function focusFault(form) {
  form.querySelector('[aria-invalid="true"], [role="alert"][tabindex]')?.focus();
}

function showFault(form, xhr) {
  const answer = parse(xhr.responseText ?? "");
  const fault = answer.querySelector(".fault");
  const place = form?.querySelector("[data-faults]");
  if (fault && place) {
    place.replaceChildren(fault);
    fault.querySelector("button")?.focus();
    return;
  }
  const reference = xhr.getResponseHeader("X-Request-Id");
  toast({
    text: fault?.querySelector("strong")?.textContent ?? "The server could not do this",
    detail: [form ? "What you typed is still here." : "", reference ?? ""].join(" ").trim(),
    kind: "bad",
  });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt } = event.detail;
  if (xhr.status < 400) return;
  const form = elt.closest("form");
  if (form && parse(xhr.responseText).firstElementChild?.matches("form")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    return;
  }
  event.detail.shouldSwap = false;
  if (xhr.status === 401) sessionEnded();
  else showFault(form, xhr);
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.detail.elt.closest("form");
  if (form && event.detail.xhr.status < 400) markClean(form);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.querySelector('[role="alert"]')) return;
  form.dataset.dirty = "";
  focusFault(form);
});

// HX-Trigger: {"saved": {"toast": "…", "detail": "…", "refresh": ["contacts", …]}}
document.addEventListener("saved", (event) => {
  const form = event.target.closest?.("form");
  const { toast: text, detail, refresh: names } = event.detail;
  if (form) {
    markClean(form);
    form.closest("dialog")?.close();
  }
  if (text) toast({ text, detail });
  if (names?.length) refresh(names);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-retry], [data-reload]");
  if (!button) return;
  event.preventDefault();
  const form = button.closest("form");
  if ("retry" in button.dataset && form) {
    button.closest(".fault").remove();
    form.requestSubmit();
  } else if (form) {
    reloadWithDraft(form);
  } else {
    location.reload();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  const form = event.target.closest?.("form[method=post]");
  if (form) {
    event.preventDefault();
    form.requestSubmit();
  }
});

// A page that came whole with faulty fields starts on the first of them.
document.querySelectorAll("form:has([aria-invalid])").forEach(focusFault);
