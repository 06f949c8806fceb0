// Runs the scenarios with the TypeScript SDK and tells what came. It judges nothing. Its first argument is the
// SDK, its second a file with what to run; the outcomes go to standard output.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const sdk = await import(pathToFileURL(process.argv[2]).href);
const work = JSON.parse(readFileSync(process.argv[3], "utf8"));

const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Keys renamed, but for what is the caller's own. */
function renamed(value, rename) {
  if (Array.isArray(value)) return value.map((entry) => renamed(entry, rename));
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  const own = new Set(["metadata", "customFields", "custom_fields", "headers"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [rename(key), own.has(key) ? entry : renamed(entry, rename)]),
  );
}

function filled(value, kept) {
  if (Array.isArray(value)) return value.map((entry) => filled(entry, kept));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, filled(entry, kept)]));
  }
  if (typeof value !== "string" || !value.startsWith("$")) return value;
  return value
    .slice(1)
    .split(".")
    .reduce((found, part) => found[part], kept);
}

function told(info) {
  const { status, requestId = null, etag = null, replayed } = info;
  return { status, request_id: requestId, etag, replayed };
}

async function outcome(made, walk) {
  if (walk === undefined || walk === "first") {
    const value = await (walk === undefined ? made : made.firstPage());
    const rows = walk === undefined ? 1 : value.data.length;
    return { value: renamed(value, snake), info: told(sdk.responseOf(value)), rows };
  }
  const found = [];
  if (walk === "all") for await (const row of made) found.push(row);
  else if (walk === "pages") for await (const page of made.pages()) found.push(page);
  else found.push(...(await made.toArray({ max: Number(walk) })));
  const ids = new Set(found.map((row, number) => row.id ?? number));
  return { value: null, rows: found.length, distinct: ids.size };
}

async function runStep(api, step, kept) {
  const names = step.call.split(".").map(camel);
  const method = names.pop();
  const home = names.reduce((found, name) => found[name], api);
  const params = renamed(filled(step.given ?? {}, kept), camel);
  for (const name of step.clear ?? []) params[camel(name)] = null;
  if (step.file) params.file = { name: step.file[0], data: step.file[1] };
  const options = renamed(step.options ?? {}, camel);
  const given = [...filled(step.ids ?? [], kept)];
  if (work.params.includes(step.call)) given.push(params);
  try {
    const came = await outcome(home[method](...given, options), step.walk);
    if (step.keep) kept[step.keep] = came.value;
    return came;
  } catch (error) {
    if (!(error instanceof sdk.PivotalError)) throw error;
    const { status = null, type = null, code = null, field = null } = error;
    const further = { request_id: error.requestId ?? null, doc_url: error.docUrl ?? null };
    return { error: { class: error.name, status, type, code, field, ...further, retry_after: error.retryAfter ?? null } };
  }
}

async function runLive({ scenarios, url, key }) {
  const client = (apiKey) => new sdk.PivotalApi({ apiKey, baseUrl: url });
  const api = client(key);
  const kept = {};
  const outcomes = {};
  for (const scenario of scenarios) {
    if (scenario.paging) {
      const operations = Array.from({ length: scenario.paging }, (_, number) => {
        return { action: "create", resource: "customer", data: { name: `Row ${number}`, plan: "paging" } };
      });
      await api.bulk.run({ operations });
    }
    outcomes[scenario.id] = [];
    for (const step of scenario.steps) {
      outcomes[scenario.id].push(await runStep(step.key ? client(step.key) : api, step, kept));
    }
  }
  return outcomes;
}

function cut() {
  let begun = false;
  const body = new ReadableStream({
    pull(controller) {
      if (begun) return controller.error(new TypeError("the connection was cut"));
      begun = true;
      controller.enqueue(new TextEncoder().encode('{"object"'));
    },
  });
  return new Response(body);
}

async function runScripted(scenario) {
  const answers = [...scenario.answers];
  const requests = [];
  const waits = [];
  const fake = async (address, { method, headers, body }) => {
    const { pathname: path, searchParams } = new URL(address);
    const sent = { method, path, headers: Object.fromEntries(new Headers(headers)), query: Object.fromEntries(searchParams), body: body && JSON.parse(body) };
    requests.push(sent);
    const { fault, ...answer } = answers.shift();
    if (fault === "connection") throw new TypeError("fetch failed");
    if (fault === "timeout") throw new DOMException("too late", "TimeoutError");
    if (fault === "cut") return cut();
    return new Response(answer.body, answer);
  };
  const sleep = async (seconds) => void waits.push(seconds);
  const api = new sdk.PivotalApi({ apiKey: work.key, baseUrl: work.address, fetch: fake, sleep });
  const step = await runStep(api, scenario.step, {});
  return { step, waits, requests, rate_limit: api.rateLimit ?? null };
}

async function runWebhook({ body, headers, secrets, parsed }) {
  try {
    const event = await sdk.webhooks.verify(parsed ? { parsed } : body, headers, secrets);
    const words = event.kind.split(/[._]/).map((word) => word[0].toUpperCase() + word.slice(1));
    return { class: `${words.join("")}Event` };
  } catch (error) {
    if (!(error instanceof sdk.WebhookVerificationError)) throw error;
    return { reason: error.reason };
  }
}

const outcomes = { live: work.live ? await runLive(work.live) : {}, scripted: {}, webhook: {} };
for (const scenario of work.scripted) outcomes.scripted[scenario.id] = await runScripted(scenario);
for (const message of work.webhook) outcomes.webhook[message.id] = await runWebhook(message);
console.log(JSON.stringify(outcomes));
