// Dialogs. A link with data-dialog opens what its address answers as a fragment; without scripts it is
// a plain link to the same form as a page. data-open="id" shows a <dialog> that stands in the page.
// Esc and Cancel close; closing with typed text asks; focus returns to where it was.
import htmx from "htmx.org";
import { element, showOnTop, topDialog } from "./dom.js";
import { sessionEnded } from "./session.js";
import { toast } from "./toast.js";
import { isDirty } from "./unsaved.js";

/** Asks with the alert dialog of that id; resolves to whether the answer was yes. */
function ask(id) {
  const dialog = document.getElementById(id);
  dialog.returnValue = "";
  showOnTop(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function closeAsking(dialog) {
  if (isDirty(dialog) && !(await ask("discard"))) return;
  dialog.close();
}

/** Shows HTML that the server sent as a dialog; `from` is where it came from, `kind` as in data-dialog. */
export function showDialog(html, from, kind = "center") {
  const dialog = element("dialog", { className: kind === "confirm" ? "alert-dialog" : "dialog", innerHTML: html });
  if (kind === "side") dialog.dataset.at = "side";
  dialog.dataset.from = from;
  const title = dialog.querySelector("h2");
  if (title?.id) dialog.setAttribute("aria-labelledby", title.id);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  htmx.process(dialog);
  dialog.dispatchEvent(new CustomEvent("pivotal:content", { bubbles: true }));
  showOnTop(dialog);
}

/** Opens the dialog of a link; on any fault but a lost network the browser goes to its address. */
export async function openFrom(link) {
  if (!link || link.dataset.opening) return;
  link.dataset.opening = "";
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    const text = await answer.text();
    // A whole page, of an older or newer release or of a proxy, is nothing to put into a dialog.
    const isFragment = answer.ok && !/^\s*<!doctype/i.test(text);
    if (answer.status === 401) sessionEnded();
    else if (isFragment) showDialog(text, link.getAttribute("href"), link.dataset.dialog);
    else location.assign(link.href);
  } catch {
    toast({ text: "The server cannot be reached", detail: "Check the network and try again.", kind: "bad" });
  } finally {
    delete link.dataset.opening;
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    // A panel leads to another one in its place.
    const inPlace = link.dataset.dialog === "side" || "instead" in link.dataset;
    const panel = inPlace ? link.closest("dialog") : null;
    openFrom(link).then(() => panel?.close());
    return;
  }
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    showOnTop(document.getElementById(opener.dataset.open));
    return;
  }
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (dialog) {
    event.preventDefault();
    if (closer.dataset.answer) dialog.close(closer.dataset.answer);
    else closeAsking(dialog);
  }
});

// A form whose answer is a file has done its part once it is sent.
document.addEventListener("submit", (event) => {
  const dialog = event.target.matches("[data-download]") && event.target.closest("dialog");
  if (dialog) setTimeout(() => dialog.close());
});

// A press on the backdrop counts only when it also began there, so that selecting text closes nothing.
document.addEventListener("pointerdown", (event) => {
  if (event.target instanceof HTMLDialogElement) closeAsking(event.target);
});

document.addEventListener("keydown", (event) => {
  const dialog = topDialog();
  if (event.key === "Escape" && dialog) {
    event.preventDefault();
    closeAsking(dialog);
  }
});

// Other ways of the browser to close a dialog, such as the back gesture of a phone.
document.addEventListener(
  "cancel",
  (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    event.preventDefault();
    closeAsking(event.target);
  },
  true,
);
