// Shortcuts. A control declares its own key: data-key="c" or, for two in a row, data-key="g c".
// None acts while a text field has focus or a dialog is open; Ctrl and ⌘ belong to the browser.
import { isApple, isTyping, showOnTop } from "./dom.js";
import { moveRow } from "./list.js";
import { toggleSidebar } from "./sidebar.js";

let first = "";
let timer;

const control = (keys) => document.querySelector(`[data-key="${CSS.escape(keys)}"]`);

function press(keys) {
  const target = control(keys);
  if (!target) return false;
  if (target.matches("input")) {
    target.focus();
    target.select();
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
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const sequence = first ? `${first} ${event.key}` : event.key;
  first = "";
  clearTimeout(timer);
  if (press(sequence) || (!sequence.includes(" ") && FIXED[event.key]?.())) {
    event.preventDefault();
  } else if (event.key === "g") {
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
