// Sending: one call with its tries, what an answer means, and whether and when to try again.
import { VERSION } from "./_generated/version.js";
import { ApiConnectionError, ApiError, ApiTimeoutError, errorOf, PivotalError, type ErrorBody } from "./errors.js";

declare const process: { env?: Record<string, string | undefined>; versions?: { node?: string } } | undefined;

const RETRIED = new Set([429, 500, 502, 503, 504]);
const LONGEST_WAIT = 8;
const LONGEST_RETRY_AFTER = 60;

/** What a client is made with. */
export interface ClientOptions {
  /** Defaults to `PIVOTAL_API_KEY`. */
  apiKey?: string | undefined;
  /** Defaults to `PIVOTAL_BASE_URL`, else this machine. */
  baseUrl?: string | undefined;
  /** Seconds that one try may take; 30 by default. */
  timeout?: number | undefined;
  /** Tries after the first; 3 by default. */
  maxRetries?: number | undefined;
  fetch?: typeof fetch | undefined;
  /** Told of every answer, also of those that are followed by another try. */
  onResponse?: ((info: ResponseInfo) => void) | undefined;
  allowBrowser?: boolean | undefined;
  /** How to wait, in seconds; for tests. */
  sleep?: ((seconds: number) => Promise<void>) | undefined;
}

/** What every method takes as its last argument. */
export interface CallOptions {
  timeout?: number | undefined;
  maxRetries?: number | undefined;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
  idempotencyKey?: string | undefined;
  ifMatch?: string | undefined;
}

/** What came with an answer. */
export interface ResponseInfo {
  status: number;
  requestId: string | undefined;
  etag: string | undefined;
  replayed: boolean;
  headers: Headers;
}

/** The figures of the last answer that carried them; `reset` is in Unix seconds. */
export interface RateLimit {
  limit: number;
  remaining: number;
  reset: number;
}

/** A complete answer: its JSON and what came with it. */
export interface Answer {
  data: unknown;
  info: ResponseInfo;
}

/** One call, put together. */
export interface Call {
  method: string;
  path: string;
  query?: URLSearchParams;
  body?: string | FormData | undefined;
  keyed: boolean;
}

const environment = (name: string): string | undefined =>
  typeof process === "undefined" ? undefined : process.env?.[name];

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Sends calls. The key is private to it: no text, JSON or inspection shows it. */
export class Sender {
  rateLimit: RateLimit | undefined;
  readonly baseUrl: string;
  readonly #key: string;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    const key = options.apiKey ?? environment("PIVOTAL_API_KEY");
    if (!key) throw new PivotalError("no API key: pass apiKey or set PIVOTAL_API_KEY");
    if ("window" in globalThis && "document" in globalThis && !options.allowBrowser) {
      throw new PivotalError(
        "everybody who opens a page can read the key in it and do all that it may: call the API from a server, " +
          "or pass allowBrowser: true when only its owner opens the page",
      );
    }
    const address = options.baseUrl || environment("PIVOTAL_BASE_URL") || "http://127.0.0.1:8000";
    this.baseUrl = address.replace(/\/+$/, "").replace(/\/api\/v1$/, "");
    const { protocol, hostname } = this.#parsed(address);
    if (protocol === "http:" && !/^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) {
      console.warn(`${hostname} gets the API key unencrypted; use https`);
    }
    this.#key = key;
    this.#options = options;
  }

  #parsed(address: string): URL {
    const parsed = URL.canParse(this.baseUrl) ? new URL(this.baseUrl) : undefined;
    if (!parsed || !/^https?:$/.test(parsed.protocol)) {
      throw new PivotalError(`baseUrl must be an http or https address, not ${address}`);
    }
    return parsed;
  }

  /** The answer to a call, after as many tries as it takes. */
  async send(call: Call, options: CallOptions): Promise<Answer> {
    const retries = options.maxRetries ?? this.#options.maxRetries ?? 3;
    const sleep = this.#options.sleep ?? pause;
    const headers = this.#headers(call, options);
    for (let tried = 0; ; tried++) {
      const wait = Math.random() * Math.min(LONGEST_WAIT, 0.5 * 2 ** tried);
      let response: Response;
      let text: string;
      try {
        [response, text] = await this.#try(call, headers, options);
      } catch (fault) {
        if (options.signal?.aborted) throw options.signal.reason;
        if (tried >= retries) throw failure(call, fault);
        await sleep(wait);
        continue;
      }
      const info = this.#received(call, response);
      if (response.ok) return { data: parsed(text, response.status), info };
      const error: ErrorBody = { request_id: info.requestId, ...errorBody(text) };
      const after = retryAfter(response.headers.get("retry-after"));
      const passing = RETRIED.has(response.status) || error.code === "idempotency_key_in_use";
      if (!passing || tried >= retries || (after ?? 0) > LONGEST_RETRY_AFTER) {
        throw errorOf(response.status, error, after);
      }
      await sleep(after ?? wait);
    }
  }

  #headers(call: Call, options: CallOptions): Record<string, string> {
    const sent: Record<string, string> = { accept: "application/json", ...options.headers };
    const node = typeof process === "undefined" ? undefined : process.versions?.node;
    sent["user-agent"] = `pivotal-typescript/${VERSION}${node ? ` node/${node}` : ""}`;
    sent["authorization"] = `Bearer ${this.#key}`;
    if (call.keyed || options.idempotencyKey) {
      sent["idempotency-key"] = options.idempotencyKey ?? `sdk_${crypto.randomUUID()}`;
    }
    if (options.ifMatch) sent["if-match"] = options.ifMatch;
    if (typeof call.body === "string") sent["content-type"] = "application/json";
    return sent;
  }

  async #try(call: Call, headers: Record<string, string>, options: CallOptions): Promise<[Response, string]> {
    const seconds = options.timeout ?? this.#options.timeout ?? 30;
    const late = AbortSignal.timeout(seconds * 1000);
    const query = call.query?.toString();
    const response = await (this.#options.fetch ?? fetch)(
      `${this.baseUrl}/api/v1${call.path}${query ? `?${query}` : ""}`,
      {
        method: call.method,
        headers,
        body: call.body ?? null,
        redirect: "manual",
        signal: options.signal ? AbortSignal.any([options.signal, late]) : late,
      },
    );
    return [response, await response.text()];
  }

  #received(call: Call, response: Response): ResponseInfo {
    const { headers, status } = response;
    const info = {
      status,
      requestId: headers.get("x-request-id") ?? undefined,
      etag: headers.get("etag") ?? undefined,
      replayed: headers.get("idempotent-replayed") === "true",
      headers,
    };
    const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`));
    if (limit && remaining && reset) {
      this.rateLimit = { limit: Number(limit), remaining: Number(remaining), reset: Number(reset) };
    }
    this.#options.onResponse?.(info);
    if (headers.has("deprecation")) {
      const until = headers.get("sunset");
      console.warn(`${call.method} ${call.path} is deprecated${until ? ` until ${until}` : ""}`);
    }
    return info;
  }
}

function failure(call: Call, fault: unknown): PivotalError {
  const late = fault instanceof Error && fault.name === "TimeoutError";
  const told = `${call.method} ${call.path}: ${fault instanceof Error ? fault.message : String(fault)}`;
  return new (late ? ApiTimeoutError : ApiConnectionError)(told, { cause: fault });
}

function parsed(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(status, { message: "the answer is not JSON" });
  }
}

function errorBody(text: string): ErrorBody {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === "object" && error !== null ? error : {};
  } catch {
    return {};
  }
}

function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value);
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : Math.max(0, (moment - Date.now()) / 1000);
}
