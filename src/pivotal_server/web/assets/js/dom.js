// What several modules need from the page.

/** An icon of the sprite as an <svg>; write the name as a literal, the build looks for it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.querySelector('meta[name="icons"]').content}#${name}`);
  svg.append(use);
  return svg;
}

/** An element with properties and children, for the few parts that scripts build. */
export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** The elements of a piece of HTML. Scripts in it stay inert. */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Says a text to screen readers without moving focus. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}

let layers = 0;

/** Shows a dialog above everything else. */
export function showOnTop(dialog) {
  layers += 1;
  dialog.dataset.layer = layers;
  dialog.showModal();
}

/** The dialog that was shown last of those that are open. */
export function topDialog() {
  const open = [...document.querySelectorAll("dialog[open]")];
  return open.sort((one, other) => one.dataset.layer - other.dataset.layer).at(-1);
}

/** Whether keys typed now belong to a text field. */
export function isTyping(target) {
  if (!(target instanceof Element)) return false;
  if (target.closest("textarea, select, [contenteditable]")) return true;
  const input = target.closest("input");
  return input !== null && !["checkbox", "radio", "button", "submit"].includes(input.type);
}

export const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
