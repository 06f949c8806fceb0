// Copy buttons: data-copy holds the text, data-copy-from the id of the element that shows it;
// a link with data-copy-link copies its own address.
import { announce } from "./dom.js";

function select(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without https or permission: select the text and use the older command.
  }
  if (!shown) {
    shown = document.createElement("span");
    shown.textContent = text;
    shown.className = "vh";
    document.body.append(shown);
    select(shown);
    const done = document.execCommand("copy");
    shown.remove();
    return done;
  }
  select(shown);
  return document.execCommand("copy");
}

function confirm(button) {
  const label = button.querySelector("[data-copy-label]");
  if (!label || label.dataset.before) return;
  label.dataset.before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => {
    label.textContent = label.dataset.before;
    delete label.dataset.before;
  }, 2000);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from], [data-copy-link]");
  if (!button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const shown = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
  const text = shown ? shown.textContent.trim() : (button.dataset.copy ?? button.href);
  if (await copy(text, shown)) {
    announce("Copied");
    confirm(button);
  } else {
    announce("The browser did not allow copying. The text is selected; press the copy keys.");
  }
});
