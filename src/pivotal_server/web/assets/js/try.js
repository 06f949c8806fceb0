// The request runner of a reference page. The key is the reader's: it stays in this tab and goes to this
// server's API alone, without cookies.
import { announce, element } from "./dom.js";
import { keep, kept } from "./fills.js";
import { shown } from "./try-answer.js";
import { Inputs } from "./try-inputs.js";

const section = document.querySelector("[data-try]");
const trial = JSON.parse(section.dataset.try);
const TEST_KEY = "pivotal_test_";

// ── The form ─────────────────────────────────────────────────────────────────────────────────────
const key = element("input", {
  className: "input",
  id: "try-key",
  type: "password",
  autocomplete: "off",
  spellcheck: false,
  placeholder: "pivotal_test_…",
  value: kept().api_key ?? "",
});
const forget = element("button", { type: "button", className: "btn", textContent: "Forget" });
forget.dataset.variant = "outline";
const create = element("a", {
  className: "text-link",
  href: "/admin/api-keys/new?name=docs-try-it&mode=test",
  target: "_blank",
  textContent: "Create a test key",
});
const inputs = new Inputs(trial);
const send = element("button", { type: "submit", className: "btn", textContent: `Send ${trial.method}` });
const form = element("form", { className: "try-form", noValidate: true });
const answer = element("div", { className: "try-answer" });

if (!trial.open) {
  const row = element("div", { className: "row-tight" }, key, forget);
  const label = element("label", { htmlFor: key.id, textContent: "API key" });
  const about = element("p", { className: "muted small" }, "Stays in this tab and is sent to this server alone. ", create);
  form.append(element("div", { className: "field" }, label, row, about));
}
form.append(...inputs.nodes(), element("div", { className: "try-send" }, send));
section.append(form, answer);

key.addEventListener("input", () => keep({ api_key: key.value.trim() }));
forget.addEventListener("click", () => {
  key.value = "";
  keep({ api_key: "" });
  announce("The key is forgotten");
  key.focus();
});
document.addEventListener("docs:filled", ({ detail }) => {
  if (document.activeElement !== key) key.value = detail.api_key ?? "";
  inputs.fill(detail);
});

// ── Asking before something is changed ───────────────────────────────────────────────────────────
function warning() {
  if (trial.method === "DELETE") return "This deletes a record of your workspace.";
  const live = !trial.open && !key.value.trim().startsWith(TEST_KEY);
  return live && trial.method !== "GET" ? "This is a live key: the request changes live data." : "";
}

function agreed(text) {
  const dialog = element("dialog", { className: "alert-dialog" });
  dialog.setAttribute("aria-labelledby", "try-ask");
  const no = element("button", { className: "btn", value: "no", textContent: "Cancel" });
  no.dataset.variant = "ghost";
  const yes = element("button", { className: "btn", value: "yes", textContent: `Send ${trial.method}` });
  yes.dataset.variant = "destructive";
  const acts = element("form", { method: "dialog", className: "try-send" }, no, yes);
  dialog.append(element("div", {}, element("h2", { id: "try-ask", textContent: text }), acts));
  document.body.append(dialog);
  return new Promise((settle) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      settle(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

// ── Sending ──────────────────────────────────────────────────────────────────────────────────────
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const request = inputs.read();
  if (!request) return;
  const text = warning();
  if (text && !(await agreed(text))) return;
  const headers = new Headers({ ...request.headers, "X-Pivotal-Client": "docs" });
  if (!trial.open && key.value.trim()) headers.set("Authorization", `Bearer ${key.value.trim()}`);
  send.disabled = true;
  const began = performance.now();
  try {
    const response = await fetch(request.address, {
      method: trial.method,
      headers,
      body: request.body,
      credentials: "omit",
      redirect: "error",
    });
    const content = await response.text();
    answer.replaceChildren(...shown(response, content, performance.now() - began, { trial, request }));
    announce(`Answer ${response.status}`);
  } catch {
    answer.replaceChildren(
      element("p", { className: "bad-text", role: "alert", textContent: "No answer came. Is the server running?" }),
    );
  } finally {
    send.disabled = false;
  }
});
