// Verify what arrives at a webhook endpoint, and sign messages for tests (Standard Webhooks, `v1`).
import { PAYLOADS, type WebhookEvent } from "./_generated/webhook_events.js";
import { WebhookVerificationError } from "./errors.js";
import { fromWire, type Json } from "./wire.js";

const FAMILIES = ["webhook", "svix"] as const;
const PREFIX = "whsec_";

/** The headers of a request, as frameworks give them. */
export type HeadersLike = Headers | Record<string, string | string[] | undefined>;

/**
 * The event of a message whose signature holds under one of the secrets. `rawBody` is the body as it came, not
 * parsed; `tolerance` is how many seconds its timestamp may be off. Throws `WebhookVerificationError`, whose
 * `reason` is `parsed_body`, `missing_headers`, `invalid_secret`, `invalid_timestamp`, `too_old`, `too_new`,
 * `no_match` or `invalid_body`.
 */
export async function verify(
  rawBody: string | Uint8Array<ArrayBuffer>,
  headers: HeadersLike,
  secret: string | readonly string[],
  tolerance = 300,
): Promise<WebhookEvent> {
  if (typeof rawBody !== "string" && !(rawBody instanceof Uint8Array)) {
    throw new WebhookVerificationError(
      "parsed_body",
      "verify needs the body as it came: the signature covers its bytes, and parsed JSON has lost them",
    );
  }
  const body = typeof rawBody === "string" ? new TextEncoder().encode(rawBody) : rawBody;
  const [id, timestamp, listed] = signatureHeaders(headers);
  const keys = await Promise.all([secret].flat().map((one) => keyOf(one as string)));
  if (!/^\d+$/.test(timestamp)) {
    throw new WebhookVerificationError("invalid_timestamp", "the timestamp is not a number");
  }
  const age = Date.now() / 1000 - Number(timestamp);
  if (age > tolerance) throw new WebhookVerificationError("too_old", `the message is ${Math.round(age)} s old`);
  if (age < -tolerance) {
    throw new WebhookVerificationError("too_new", `the message is dated ${Math.round(-age)} s ahead`);
  }
  const signed = signedBytes(id, timestamp, body);
  const given = listed.split(" ").filter((entry) => entry.startsWith("v1,"));
  const holds = await Promise.all(
    given.flatMap((entry) => keys.map((key) => crypto.subtle.verify("HMAC", key, bytes(entry.slice(3)), signed))),
  );
  if (!holds.includes(true)) {
    throw new WebhookVerificationError("no_match", "no signature belongs to this body and secret");
  }
  return eventOf(body);
}

/** The headers with which the server would send a body; for tests of a receiver. */
export async function sign(
  rawBody: string,
  secret: string,
  { id, timestamp = Math.floor(Date.now() / 1000) }: { id: string; timestamp?: number },
): Promise<Record<string, string>> {
  const signed = signedBytes(id, String(timestamp), new TextEncoder().encode(rawBody));
  const made = new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(secret), signed));
  const signature = `v1,${btoa(String.fromCharCode(...made))}`;
  const values = { id, timestamp: String(timestamp), signature };
  return Object.fromEntries(
    FAMILIES.flatMap((family) => Object.entries(values).map(([name, value]) => [`${family}-${name}`, value])),
  );
}

function eventOf(body: Uint8Array): WebhookEvent {
  try {
    const event = fromWire(JSON.parse(new TextDecoder().decode(body)), "") as Json & { type: string; data: Json };
    const data = fromWire(event.data, "") as Json;
    const payload = PAYLOADS[event.type];
    const kind = data["truncated"] ? "truncated" : payload ? event.type : "unknown";
    if (kind === event.type) data["object"] = fromWire(data["object"], payload ?? "");
    if (typeof event.type !== "string" || typeof data["object"] !== "object") throw new TypeError("no event");
    return { ...event, kind, data } as unknown as WebhookEvent;
  } catch {
    throw new WebhookVerificationError("invalid_body", "the body is no event");
  }
}

function signatureHeaders(headers: HeadersLike): [string, string, string] {
  const listed = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const given = new Map(listed.map(([name, value]) => [name.toLowerCase(), [value].flat().join(" ")]));
  for (const family of FAMILIES) {
    const [id, timestamp, signature] = ["id", "timestamp", "signature"].map((name) => given.get(`${family}-${name}`));
    if (id && timestamp && signature) return [id, timestamp, signature];
  }
  throw new WebhookVerificationError("missing_headers", "the headers of a signed message are missing");
}

function signedBytes(id: string, timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  return signed;
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function keyOf(secret: string): Promise<CryptoKey> {
  const key = bytes(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (key.length === 0) throw new WebhookVerificationError("invalid_secret", `a secret is ${PREFIX} and base64`);
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}
