// Toasts: six seconds, longer while the pointer or focus is on them; faults stay until closed.
import { element, icon } from "./dom.js";

const LIFE = 6000;

function remove(toast) {
  toast.setAttribute("aria-hidden", "true");
  setTimeout(() => toast.remove(), 250);
}

function start(toast) {
  if (toast.dataset.kind === "bad") return;
  let timer = setTimeout(() => remove(toast), LIFE);
  const pause = () => clearTimeout(timer);
  const resume = () => {
    clearTimeout(timer);
    timer = setTimeout(() => remove(toast), LIFE);
  };
  toast.addEventListener("mouseenter", pause);
  toast.addEventListener("focusin", pause);
  toast.addEventListener("mouseleave", resume);
  toast.addEventListener("focusout", resume);
}

/** Shows one line and, below it, one detail. `kind` is good, info or bad. */
export function toast({ text, detail = "", kind = "good" }) {
  const words = element("section", {}, element("h2", { textContent: text }));
  if (detail) words.append(element("p", { textContent: detail }));
  const close = element("button", { type: "button", className: "btn" }, icon("x"));
  close.dataset.variant = "ghost";
  close.dataset.size = "icon-sm";
  close.dataset.closeToast = "";
  close.setAttribute("aria-label", "Dismiss");
  const sign = kind === "good" ? icon("circle-check") : kind === "bad" ? icon("circle-alert") : icon("info");
  const content = element("div", { className: "toast-content" }, sign, words, element("div", { className: "toast-acts" }, close));
  const node = element("div", { className: "toast" }, content);
  node.dataset.kind = kind;
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
