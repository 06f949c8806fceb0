// Forms sent by htmx. A refused form comes back with its messages and takes the old one's place; other
// faults, a lost network among them, are shown inside the form, which stays as it was and can be sent again.
// Success arrives as the event "saved".
import { element, parse } from "./dom.js";
import { showDialog } from "./dialog.js";
import { reloadWithDraft } from "./drafts.js";
import { refresh } from "./live.js";
import { sessionEnded } from "./session.js";
import { toast } from "./toast.js";
import { markClean } from "./unsaved.js";

function focusFault(form) {
  form.querySelector('[aria-invalid="true"], [role="alert"][tabindex]')?.focus();
}

/** Puts a message into the form; returns whether the form has a place for it. */
function show(form, fault) {
  const place = form?.querySelector("[data-faults]");
  if (!place || !fault) return false;
  place.replaceChildren(fault);
  place.scrollIntoView({ block: "nearest" });
  fault.querySelector("button")?.focus();
  return true;
}

function showFault(form, xhr) {
  const fault = parse(xhr.responseText ?? "").querySelector(".fault");
  if (show(form, fault)) return;
  const reference = xhr.getResponseHeader("X-Request-Id");
  toast({
    text: fault?.querySelector("strong")?.textContent ?? "The server could not do this",
    detail: [form ? "What you typed is still here." : "", reference ?? ""].join(" ").trim(),
    kind: "bad",
  });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt } = event.detail;
  const form = elt.closest("form");
  const answersForm = () => parse(xhr.responseText).firstElementChild?.matches("form") === true;
  // A form with data-ask acts at once, unless the server asks back by a form of its own, at whatever status.
  const asks = form?.matches("[data-ask]") || (form?.matches("[data-ask-ok]") && xhr.status === 200);
  if (asks && xhr.status !== 204 && answersForm()) {
    event.detail.shouldSwap = false;
    event.detail.isError = false;
    showDialog(xhr.responseText, form.getAttribute("action"));
    return;
  }
  if (xhr.status < 400) return;
  event.detail.isError = false;
  event.detail.shouldSwap = form !== null && answersForm();
  if (event.detail.shouldSwap) return;
  if (xhr.status === 401) sessionEnded();
  else showFault(form, xhr);
});

function lost(event) {
  const { content } = document.getElementById("lost");
  show(event.detail.elt.closest("form"), content.firstElementChild.cloneNode(true));
}

document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:timeout", lost);

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

/** Empties a form that stays. What is sent next is another submission, be it the same words. */
function begin(form) {
  form.reset();
  const token = form.elements.submission;
  if (token) token.value = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("");
}

// HX-Trigger: {"saved": {"toast": "…", "detail": "…", "refresh": ["contacts", …]}}
document.addEventListener("saved", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form") : null;
  const { toast: text, detail, act, refresh: names } = event.detail;
  if (form) {
    markClean(form);
    if (form.matches("[data-clears]")) begin(form);
    const dialog = form.closest("dialog");
    // A panel stays open after what is done in it; a question asked above it is closed.
    if (dialog && (!dialog.querySelector("[data-panel]") || form.matches("[data-closes]"))) dialog.close();
  }
  if (text) toast({ text, detail, act });
  if (names?.length) refresh(names);
});

/**
 * Posts fields to an address as a form would. Resolves to "saved", "asked" when the server answered with a form,
 * which is then shown as a dialog, or "failed".
 */
export async function postForm(url, fields = {}) {
  const token = document.querySelector('input[name="csrf_token"]')?.value ?? "";
  let answer;
  let text;
  try {
    const body = new URLSearchParams({ csrf_token: token, ...fields });
    answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } });
    text = await answer.text();
  } catch {
    toast({ text: "The server cannot be reached", detail: "Check the network and try again.", kind: "bad" });
    return "failed";
  }
  const trigger = answer.headers.get("HX-Trigger");
  if (trigger) {
    document.dispatchEvent(new CustomEvent("saved", { detail: JSON.parse(trigger).saved }));
    return "saved";
  }
  if (answer.status === 401) {
    sessionEnded();
    return "failed";
  }
  if (parse(text).firstElementChild?.matches("form")) {
    showDialog(text, url);
    return "asked";
  }
  const faults = parse(text);
  const fault = faults.querySelector(".fault strong") ?? faults.querySelector("strong");
  toast({ text: fault?.textContent ?? "The server could not do this", kind: "bad" });
  return "failed";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-post]");
  if (button) postForm(button.dataset.post);
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

// What a field cannot read, such as half a date, would be sent as nothing: it is refused before it is sent.
function refuse(field) {
  const text = field.type === "date" ? "Enter a date." : "Enter this in full.";
  const message = element("p", { id: `${field.id}-e`, textContent: text });
  message.setAttribute("role", "alert");
  const place = field.closest(".field");
  place.querySelectorAll(":scope > p").forEach((help) => help.remove());
  place.append(message);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", message.id);
}

document.addEventListener(
  "submit",
  (event) => {
    const unread = [...event.target.elements].filter((field) => field.validity?.badInput && field.closest(".field"));
    if (!unread.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    unread.forEach(refuse);
    unread[0].focus();
  },
  true,
);

// A page that came whole with faulty fields starts on the first of them.
document.querySelectorAll("form:has([aria-invalid])").forEach(focusFault);
