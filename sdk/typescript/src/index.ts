// Pivotal's API for TypeScript and JavaScript. Begin with `PivotalApi`.
import { Root } from "./_generated/root.js";
import { Sender, type Answer, type CallOptions, type ClientOptions, type RateLimit } from "./transport.js";

/** All methods of the API. */
export class PivotalApi extends Root {
  constructor(options: ClientOptions = {}) {
    super(new Sender(options));
  }

  /** The figures of the last answer that carried them. */
  get rateLimit(): RateLimit | undefined {
    return this.sender.rateLimit;
  }

  /** Any request below `/api/v1`, for what has no method; keys are those of the wire. */
  request(
    method: string,
    path: string,
    { query, json, ...options }: CallOptions & { query?: Record<string, string>; json?: unknown } = {},
  ): Promise<Answer> {
    const verb = method.toUpperCase();
    const body = json === undefined ? undefined : JSON.stringify(json);
    const keyed = verb === "POST" || verb === "PATCH";
    const call = { method: verb, path: path.replace(/^\/api\/v1/, ""), query: new URLSearchParams(query), body, keyed };
    return this.sender.send(call, options);
  }
}

export * from "./errors.js";
export * from "./_generated/models.js";
export type * from "./_generated/webhook_events.js";
export { VERSION } from "./_generated/version.js";
export { Paginator, type Page } from "./paging.js";
export { responseOf, type FileInput, type Id, type Moment, type Open } from "./resource.js";
export type { Answer, CallOptions, ClientOptions, RateLimit, ResponseInfo } from "./transport.js";
export * as webhooks from "./webhooks.js";
