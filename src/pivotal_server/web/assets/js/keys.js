// Shortcuts. A control declares its own key: data-key="c" or, for two in a row, data-key="g c".
// None acts while a text field has focus. While a dialog is open only those of a panel in it do. Ctrl and ⌘ belong
// to the browser.
import { isApple, isTyping, showOnTop } from "./dom.js";
import { moveRow } from "./list.js";
import { toggleSidebar } from "./sidebar.js";

let first = "";
let timer;

const control = (keys, place = document) => place.querySelector(`[data-key="${CSS.escape(keys)}"]`);

/** Where keys act: on the page, or in the panel that lies over it; over another dialog nowhere. */
function reach() {
  const over = [...document.querySelectorAll("dialog[open]")].at(-1);
  return over ? over.querySelector("[data-panel]") : document;
}

function press(keys, place) {
  const target = control(keys, place);
  if (!target) return false;
  if (target.matches("input")) {
    target.focus();
    target.select();
  } else if (target.matches("select, [tabindex='-1']")) {
    target.focus();
  } else {
    // Focus returns to the opener when what it opens is closed.
    target.focus({ preventScroll: true });
    target.click();
  }
  return true;
}

function showHelp() {
  const help = document.getElementById("keys-help");
  if (!help) return false;
  help.querySelectorAll("[data-for-key]").forEach((row) => {
    row.hidden = !control(row.dataset.forKey);
  });
  help.querySelectorAll("[data-for-list]").forEach((row) => {
    row.hidden = !document.querySelector("[data-list] > [data-row]");
  });
  showOnTop(help);
  return true;
}

const FIXED = {
  "?": showHelp,
  "[": () => {
    toggleSidebar(document.querySelector("[data-toggle-sidebar]"));
    return true;
  },
  j: () => moveRow(1),
  k: () => moveRow(-1),
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) showHelp();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.body.dataset.shortcuts === "off") return;
  const place = reach();
  if (isTyping(event.target) || !place) return;
  // Space on what can be pressed presses that.
  if (event.key === " " && event.target.closest?.("a, button, summary, input, [role]")) return;
  const sequence = first ? `${first} ${event.key}` : event.key;
  first = "";
  clearTimeout(timer);
  if (press(sequence, place) || (place === document && !sequence.includes(" ") && FIXED[event.key]?.())) {
    event.preventDefault();
  } else if (event.key === "g" && place === document) {
    first = "g";
    timer = setTimeout(() => {
      first = "";
    }, 1000);
  }
});

/** Writes the keys of this machine: Ctrl where there is no ⌘. */
function nameKeys(root) {
  if (isApple) return;
  root.querySelectorAll(".kbd").forEach((node) => {
    if (node.textContent.includes("⌘")) node.textContent = node.textContent.replace("⌘", "Ctrl ");
  });
}

nameKeys(document);
document.addEventListener("htmx:load", (event) => nameKeys(event.target));
document.addEventListener("pivotal:content", (event) => nameKeys(event.target));
