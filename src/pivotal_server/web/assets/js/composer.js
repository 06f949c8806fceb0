// Writing a comment: @ opens the people who can be mentioned, files go up one by one once the comment is
// there, and what is typed stays in this browser until it is posted.
import { announce, element, icon } from "./dom.js";
import { refresh } from "./live.js";
import { toast } from "./toast.js";

const LIMIT = 26_214_400;
const waiting = new WeakMap();

// ── Mentions ──────────────────────────────────────────────────────────────────────────────────────
let menu;

function closeMenu() {
  menu?.remove();
  menu = undefined;
}

function typedName(field) {
  const before = field.value.slice(0, field.selectionStart);
  return /(?:^|\s)@([\p{L}\p{N} .'-]{0,30})$/u.exec(before)?.[1];
}

function choices(field, text) {
  const form = field.form;
  const seenByCustomer = form.elements.visibility?.value === "customer";
  const wanted = text.toLowerCase();
  return [...(form.querySelector("[data-people]")?.options ?? [])]
    .filter((option) => seenByCustomer || !("contact" in option.dataset))
    .filter((option) => option.label.toLowerCase().includes(wanted))
    .slice(0, 8);
}

function take(field, option) {
  const at = field.selectionStart;
  const head = field.value.slice(0, at).replace(/@[^@]*$/u, `<@${option.value}> `);
  field.value = head + field.value.slice(at);
  field.setSelectionRange(head.length, head.length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  closeMenu();
  field.focus();
}

function openMenu(field) {
  const text = typedName(field);
  const found = text === undefined ? [] : choices(field, text);
  closeMenu();
  if (!found.length) return;
  menu = element("div", { className: "mention-menu", role: "listbox" });
  menu.setAttribute("aria-label", "People");
  found.forEach((option, at) => {
    const item = element("button", { type: "button", className: "menu-item", textContent: option.label });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", at === 0 ? "true" : "false");
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(field, option);
    });
    menu.append(item);
  });
  menu.field = field;
  menu.options = found;
  field.after(menu);
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-mentions]")) return;
  openMenu(field);
  keep(field.form);
});

document.addEventListener(
  "keydown",
  (event) => {
    if (!menu || event.target !== menu.field) return;
    const items = [...menu.children];
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = (at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      items.forEach((item, index) => item.setAttribute("aria-selected", index === next ? "true" : "false"));
      announce(items[next].textContent);
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.metaKey && !event.ctrlKey) {
      take(menu.field, menu.options[at]);
    } else if (event.key === "Escape") {
      closeMenu();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("focusout", (event) => {
  if (menu && event.target === menu.field) closeMenu();
});

// ── Drafts ────────────────────────────────────────────────────────────────────────────────────────
const draftKey = (form) => `comment ${form.dataset.draft}`;

function keep(form) {
  try {
    const text = form.elements.body.value;
    if (text) localStorage.setItem(draftKey(form), text);
    else localStorage.removeItem(draftKey(form));
  } catch {
    // Without storage the browser's own question about unsent text still guards it.
  }
}

function bringBack(root) {
  root.querySelectorAll("form[data-draft]").forEach((form) => {
    try {
      const text = localStorage.getItem(draftKey(form));
      if (text && !form.elements.body.value) form.elements.body.value = text;
    } catch {
      // Nothing was kept.
    }
  });
}

// ── Files ─────────────────────────────────────────────────────────────────────────────────────────
function sizeOf(file) {
  return file.size < 1_000_000 ? `${Math.max(1, Math.round(file.size / 1000))} KB` : `${Math.round(file.size / 1_048_576)} MB`;
}

function choose(form, files) {
  const list = waiting.get(form) ?? [];
  const place = form.querySelector("[data-uploads]");
  for (const file of files) {
    const line = element("li", {}, icon("paperclip"), element("span", { className: "truncate", textContent: file.name }));
    const note = element("span", { className: "small muted nowrap", textContent: sizeOf(file) });
    const drop = element("button", { type: "button", className: "btn" }, icon("x"));
    drop.dataset.variant = "ghost";
    drop.dataset.size = "icon-sm";
    drop.setAttribute("aria-label", `Remove ${file.name}`);
    line.append(note, drop);
    place.append(line);
    if (file.size > LIMIT) {
      note.textContent = `${file.name} is ${sizeOf(file)}; the limit is 25 MB.`;
      note.classList.add("bad-text");
      drop.addEventListener("click", () => line.remove());
      continue;
    }
    if (file.size === 0) {
      note.textContent = "The file is empty.";
      note.classList.add("bad-text");
      drop.addEventListener("click", () => line.remove());
      continue;
    }
    const entry = { file, line, note, drop };
    drop.addEventListener("click", () => {
      entry.request?.abort();
      entry.gone = true;
      line.remove();
    });
    list.push(entry);
  }
  waiting.set(form, list);
}

function upload(entry, url, token) {
  return new Promise((resolve) => {
    if (entry.gone) {
      resolve(true);
      return;
    }
    const body = new FormData();
    body.append("csrf_token", token);
    body.append("file", entry.file);
    const request = new XMLHttpRequest();
    const bar = element("progress", { className: "bar", max: 100, value: 0 });
    bar.setAttribute("aria-label", `Sending ${entry.file.name}`);
    entry.note.replaceWith(bar);
    entry.request = request;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    });
    const end = (ok) => {
      entry.gone = ok;
      if (ok) entry.line.remove();
      else {
        entry.note.textContent = "Not sent. Attach it again.";
        entry.note.classList.add("bad-text");
        bar.replaceWith(entry.note);
      }
      resolve(ok);
    };
    request.addEventListener("load", () => end(request.status < 300));
    request.addEventListener("error", () => end(false));
    request.addEventListener("abort", () => resolve(true));
    request.open("POST", url);
    request.setRequestHeader("HX-Request", "true");
    request.send(body);
  });
}

/** Sends the files that wait in a composer to where the comment takes them. */
async function sendFiles(list, url, token) {
  const sent = await Promise.all(list.map((entry) => upload(entry, url, token)));
  if (sent.includes(false)) toast({ text: "Not every file was sent", detail: "The comment stands; attach them from its menu.", kind: "bad" });
  refresh(["thread", "files", "panel"]);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-attach]")) return;
  choose(event.target.form, event.target.files);
  event.target.value = "";
});

document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("form[data-composer]");
  const files = [...(event.clipboardData?.files ?? [])];
  if (!form || !files.length) return;
  event.preventDefault();
  choose(form, files);
});

for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-composer]");
    if (!form || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (kind === "drop") choose(form, event.dataTransfer.files);
  });
}

document.addEventListener("saved", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-composer]") : null;
  if (!form) return;
  try {
    localStorage.removeItem(draftKey(form));
  } catch {
    // Nothing was kept.
  }
  const list = waiting.get(form) ?? [];
  waiting.delete(form);
  if (list.length && event.detail.files) sendFiles(list, event.detail.files, form.elements.csrf_token.value);
});

bringBack(document);
document.addEventListener("pivotal:content", (event) => bringBack(event.target));
