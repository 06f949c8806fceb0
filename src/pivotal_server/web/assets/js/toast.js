// Toasts: six seconds, longer while the pointer or focus is on them; faults stay until closed.
import { element, icon } from "./dom.js";

const LIFE = 6000;
/** With a button on it that undoes something. */
const LONG_LIFE = 10_000;

function remove(toast) {
  toast.setAttribute("aria-hidden", "true");
  setTimeout(() => toast.remove(), 250);
}

function start(toast) {
  if (toast.dataset.kind === "bad") return;
  const life = "long" in toast.dataset ? LONG_LIFE : LIFE;
  let timer = setTimeout(() => remove(toast), life);
  const pause = () => clearTimeout(timer);
  const resume = () => {
    clearTimeout(timer);
    timer = setTimeout(() => remove(toast), life);
  };
  toast.addEventListener("mouseenter", pause);
  toast.addEventListener("focusin", pause);
  toast.addEventListener("mouseleave", resume);
  toast.addEventListener("focusout", resume);
}

/** The button of a toast: it opens a dialog, or undoes what has just been done. */
function actButton({ label, url, undo }) {
  const button = undo
    ? element("button", { type: "button", className: "btn", textContent: label })
    : element("a", { href: url, className: "btn", textContent: label });
  button.dataset.variant = "outline";
  button.dataset.size = "sm";
  if (undo) button.dataset.post = url;
  else button.dataset.dialog = "center";
  button.addEventListener("click", () => remove(button.closest(".toast")));
  return button;
}

/** Shows one line and, below it, one detail. `kind` is good, info or bad; `act` is a button on it. */
export function toast({ text, detail = "", kind = "good", act }) {
  const words = element("section", {}, element("h2", { textContent: text }));
  if (detail) words.append(element("p", { textContent: detail }));
  const close = element("button", { type: "button", className: "btn" }, icon("x"));
  close.dataset.variant = "ghost";
  close.dataset.size = "icon-sm";
  close.dataset.closeToast = "";
  close.setAttribute("aria-label", "Dismiss");
  const sign = kind === "good" ? icon("circle-check") : kind === "bad" ? icon("circle-alert") : icon("info");
  const acts = element("div", { className: "toast-acts" }, ...(act ? [actButton(act), close] : [close]));
  const content = element("div", { className: "toast-content" }, sign, words, acts);
  const node = element("div", { className: "toast" }, content);
  node.dataset.kind = kind;
  if (act) node.dataset.long = "";
  node.setAttribute("role", kind === "bad" ? "alert" : "status");
  node.setAttribute("aria-atomic", "true");
  document.getElementById("toaster").append(node);
  start(node);
}

document.querySelectorAll("#toaster > .toast").forEach(start);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-close-toast]");
  if (button) remove(button.closest(".toast"));
});
