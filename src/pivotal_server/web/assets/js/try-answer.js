// What the request runner shows of an answer: status, time, headers, the body to fold, and what may follow.
import { element } from "./dom.js";
import { keep } from "./fills.js";
import { CODES } from "./try-code.js";

const LOGS = "/admin/logs/requests/";
const FILLS = ["customer", "contact", "onboarding", "task", "comment", "template", "event", "member", "job"];

/** JSON as nested parts that can be folded; strings are text, never markup. */
function folded(value, open = true) {
  if (value === null || typeof value !== "object") {
    return element("code", { className: `json-${value === null ? "null" : typeof value}`, textContent: JSON.stringify(value) });
  }
  const isList = Array.isArray(value);
  const pairs = Object.entries(value);
  const [start, end] = isList ? "[]" : "{}";
  if (pairs.length === 0) return element("code", { textContent: start + end });
  const summary = element("summary", {}, element("code", { textContent: `${start} ${pairs.length} ${end}` }));
  const rows = pairs.map(([name, inner]) =>
    element("li", {}, element("code", { className: "json-key", textContent: isList ? "" : `${name}: ` }), folded(inner, false)),
  );
  return element("details", { className: "json", open }, summary, element("ul", {}, ...rows));
}

/** Records of the answer whose ids the next request may want: the answer itself, or the first row of a page. */
function offers(body) {
  const record = Array.isArray(body?.data) ? body.data[0] : body;
  const id = record?.display_id ?? record?.id;
  if (!FILLS.includes(record?.object) || id === undefined) return [];
  const name = `${record.object}_id`;
  const use = element("button", { type: "button", className: "btn", textContent: `Use ${id} as ${name}` });
  use.dataset.variant = "outline";
  use.dataset.size = "sm";
  use.addEventListener("click", () => {
    keep({ [name]: String(id) });
    use.textContent = `${id} is your ${name} now`;
    use.disabled = true;
  });
  return [use];
}

/** The same request in a language, to be copied. */
function same(name, code) {
  const copy = element("button", { type: "button", className: "btn", textContent: "Copy" });
  copy.dataset.variant = "ghost";
  copy.dataset.size = "sm";
  copy.dataset.copy = code;
  return element(
    "details",
    { className: "try-more" },
    element("summary", { textContent: `The same with ${name}` }),
    element("pre", { textContent: code }),
    copy,
  );
}

/** The nodes that show an answer. `took`: milliseconds; `asked`: the operation and what was sent. */
export function shown(response, content, took, asked) {
  const badge = element("span", { className: "badge", textContent: `${response.status} ${response.statusText}`.trim() });
  badge.dataset.toneOf = response.ok ? "good" : "bad";
  const time = element("span", { className: "muted small", textContent: `${Math.round(took)} ms` });
  const head = element("div", { className: "row-tight" }, badge, time);
  const id = response.headers.get("x-request-id");
  if (id) {
    head.append(element("a", { className: "text-link small push", href: LOGS + encodeURIComponent(id), textContent: `Request ${id}` }));
  }
  let body;
  try {
    body = JSON.parse(content);
  } catch {
    body = undefined;
  }
  const text = body === undefined ? element("pre", { textContent: content || "No body" }) : folded(body);
  const rows = [...response.headers].map(([name, value]) =>
    element("tr", {}, element("th", { scope: "row", textContent: name }), element("td", { textContent: value })),
  );
  const headers = element(
    "details",
    { className: "try-more" },
    element("summary", { textContent: `Headers (${rows.length})` }),
    element("table", { className: "table try-headers" }, element("tbody", {}, ...rows)),
  );
  const calls = CODES.map(([name, write]) => same(name, write(asked)));
  return [head, element("div", { className: "try-body" }, text), ...offers(body), headers, ...calls];
}
