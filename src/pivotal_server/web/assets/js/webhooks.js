// The forms of webhooks: a search in the picker of types, further lines of headers, JSON that is checked while
// it is typed, and switches that are links.
import { announce } from "./dom.js";

// data-searches="name" hides what in data-search-in="name" does not hold every word.
document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-searches]");
  if (!field) return;
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const place = document.querySelector(`[data-search-in="${CSS.escape(field.dataset.searches)}"]`);
  let found = 0;
  for (const entry of place.querySelectorAll("[data-search-text]")) {
    const text = entry.dataset.searchText.toLowerCase();
    entry.hidden = !words.every((word) => text.includes(word));
    if (!entry.hidden) found += 1;
  }
  for (const group of place.querySelectorAll("[data-search-group]")) {
    group.hidden = !group.querySelector("[data-search-text]:not([hidden])");
  }
  place.querySelector("[data-search-none]").hidden = found > 0;
  announce(found === 1 ? "1 type" : `${found} types`);
});

// Enter in the search looks; it does not send the form around it.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-searches]")) event.preventDefault();
  // Space acts on a switch, also on one that is a link.
  if (event.key === " " && event.target.matches?.("a[role=switch]")) {
    event.preventDefault();
    event.target.click();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-line]");
  if (!button) return;
  const lines = button.closest("fieldset").querySelector("[data-lines]");
  const line = lines.lastElementChild.cloneNode(true);
  const number = lines.children.length + 1;
  for (const field of line.querySelectorAll("input")) {
    field.value = "";
    field.removeAttribute("placeholder");
    field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, number));
  }
  lines.append(line);
  line.querySelector("input").focus();
  button.disabled = lines.children.length >= 20;
});

/** What is wrong with a text as the data of an event; empty when nothing is. */
function faultOf(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch (fault) {
    return `This is no JSON: ${fault.message}.`;
  }
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(data)) return "Data must be an object.";
  if (!isObject(data.object)) return "“object” must be an object.";
  const previous = data.previous_attributes;
  if (previous !== undefined && previous !== null && !isObject(previous)) {
    return "“previous_attributes” must be an object or null.";
  }
  const others = Object.keys(data).filter((key) => !["object", "previous_attributes"].includes(key));
  return others.length ? `Data has no “${others[0]}”.` : "";
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("textarea[data-json]")) return;
  const fault = faultOf(field.value);
  const place = field.form.querySelector("[data-json-fault]");
  if (place.textContent !== fault) place.textContent = fault;
  if (fault) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  for (const button of field.form.querySelectorAll("footer button[type=submit]")) button.disabled = fault !== "";
});
