// The request that the runner has sent, as code: for a shell and with the SDKs, each without the key.
const MASK = "pivotal_…";
const WIDTH = 80;
const KEYWORDS = new Set(["class", "def", "from", "global", "import", "in", "is", "lambda", "not", "pass", "with"]);

/** The same request for a shell, without the key. */
function asCurl({ trial, request }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -X ${trial.method} ${quoted(location.origin + request.address)}`];
  if (!trial.open) lines.push(`-H "Authorization: Bearer ${MASK}"`);
  for (const [name, value] of Object.entries(request.headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (request.body instanceof FormData) {
    for (const [name, value] of request.body) lines.push(`-F ${quoted(`${name}=${value instanceof File ? `@${value.name}` : value}`)}`);
  } else if (request.body) {
    lines.push(`-d ${quoted(request.body)}`);
  }
  return lines.join(" \\\n  ");
}

const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const indented = (text, by) => text.replace(/^(?=.)/gm, " ".repeat(by));

/** Parts between brackets: on one line where they fit, else a line for each. */
function enclosed(start, parts, end, by, space = "") {
  const line = `${start}${space}${parts.join(", ")}${space}${end}`;
  if (parts.length === 0) return start + end;
  if (line.length <= WIDTH && !line.includes("\n")) return line;
  return `${start}\n${parts.map((part) => `${indented(part, by)},\n`).join("")}${end}`;
}

function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value instanceof File) return `Path(${JSON.stringify(value.name)})`;
  if (Array.isArray(value)) return enclosed("[", value.map(python), "]", 4);
  if (typeof value !== "object") return JSON.stringify(value);
  return enclosed("{", Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${python(inner)}`), "}", 4);
}

/** A value for TypeScript. `shape`: the keys that hold objects; what the API does not know keeps its keys. */
function script(value, shape) {
  if (value instanceof File) {
    const name = JSON.stringify(value.name);
    return `{ name: ${name}, data: await openAsBlob(${name}) }`;
  }
  if (Array.isArray(value)) return enclosed("[", value.map((one) => script(one, shape)), "]", 2);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([name, inner]) => {
    const key = shape ? camel(name) : name;
    return `${/^[a-z_]\w*$/i.test(key) ? key : JSON.stringify(key)}: ${script(inner, shape?.[name])}`;
  });
  return enclosed("{", pairs, "}", 2, " ");
}

/** The headers for which the SDKs have options, where the reader gave them. */
function options(headers) {
  const known = { "Idempotency-Key": "idempotency_key", "If-Match": "if_match" };
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (known[name] ? [[known[name], value]] : [])));
}

function asPython({ trial, request }) {
  const { ids, named } = request.told;
  const given = Object.entries({ ...named, ...options(request.headers) }).map(([name, value]) => `${name}${KEYWORDS.has(name) ? "_" : ""}=${python(value)}`);
  const made = enclosed(`api.${trial.sdk}(`, [...ids.map(python), ...given], ")", 4);
  const act = trial.rows ? `for one in ${made}:\n    print(one)` : `print(${made})`;
  const files = Object.values(named).some((value) => value instanceof File) ? "from pathlib import Path\n\n" : "";
  const access = `base_url=${JSON.stringify(location.origin)}, api_key="${MASK}"`;
  return `${files}from pivotal import PivotalApi\n\nwith PivotalApi(${access}) as api:\n${indented(act, 4)}\n`;
}

function asTypeScript({ trial, request }) {
  const { ids, named } = request.told;
  const more = options(request.headers);
  const hasMore = Object.keys(more).length > 0;
  const takes = trial.fields.length > 0 || trial.parameters.query.length > 0;
  const given = takes && (hasMore || Object.keys(named).length > 0) ? [script(named, trial.shape)] : [];
  if (hasMore) given.push(script(more, {}));
  const made = `pivotal.${trial.sdk.split(".").map(camel).join(".")}(${[...ids.map((id) => script(id)), ...given].join(", ")})`;
  const act = trial.rows ? `for await (const one of ${made}) {\n  console.log(one);\n}` : `console.log(await ${made});`;
  const files = Object.values(named).some((value) => value instanceof File) ? 'import { openAsBlob } from "node:fs";\n' : "";
  const access = `{ baseUrl: ${JSON.stringify(location.origin)}, apiKey: "${MASK}" }`;
  return `${files}import { PivotalApi } from "@pivotal/api";\n\nconst pivotal = new PivotalApi(${access});\n${act}\n`;
}

/** Each language with the function that writes the request in it. */
export const CODES = [
  ["curl", asCurl],
  ["Python", asPython],
  ["TypeScript", asTypeScript],
];
