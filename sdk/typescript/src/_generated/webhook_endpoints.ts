// Methods of `webhook_endpoints`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Deleted } from "./models/customers.js";
import type { Job } from "./models/imports.js";
import type { WebhookDelivery, WebhookEndpoint, WebhookEndpointStats, WebhookRecoveryPreview,
  WebhookResendResult, WebhookTestData } from "./models/webhook_endpoints.js";
import { WebhookEndpointsDeliveries } from "./webhook_endpoints_deliveries.js";

const LIST: Operation = {
  method: "GET",
  path: "/webhook_endpoints",
  returns: "[WebhookEndpoint",
  query: ["limit", "cursor", "order", "test_mode", "status"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/webhook_endpoints",
  returns: "WebhookEndpoint",
  sends: "json",
  keyed: true,
};
const GET: Operation = {
  method: "GET",
  path: "/webhook_endpoints/{id}",
  returns: "WebhookEndpoint",
};
const UPDATE: Operation = {
  method: "PATCH",
  path: "/webhook_endpoints/{id}",
  returns: "WebhookEndpoint",
  sends: "json",
  keyed: true,
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/webhook_endpoints/{id}",
  returns: "Deleted",
  keyed: true,
};
const ROTATE_SECRET: Operation = {
  method: "POST",
  path: "/webhook_endpoints/{id}/rotate_secret",
  returns: "WebhookEndpoint",
  sends: "json",
  keyed: true,
};
const TEST: Operation = {
  method: "POST",
  path: "/webhook_endpoints/{id}/test",
  returns: "WebhookDelivery",
  nested: {"data": "WebhookTestData"},
  sends: "json",
  keyed: true,
};
const RESEND: Operation = {
  method: "POST",
  path: "/webhook_endpoints/{id}/resend",
  returns: "WebhookResendResult",
  sends: "json",
  keyed: true,
};
const RECOVER: Operation = {
  method: "POST",
  path: "/webhook_endpoints/{id}/recover",
  returns: { 200: "WebhookRecoveryPreview", 202: "Job" },
  sends: "json",
  keyed: true,
};
const STATS: Operation = {
  method: "GET",
  path: "/webhook_endpoints/{id}/stats",
  returns: "WebhookEndpointStats",
  query: ["since", "until"],
};

/** What `webhook_endpoints.list` takes. */
export interface WebhookEndpointsListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** `desc`: newest first; `asc`: oldest first, the cursor then means newer. */
  order?: "asc" | "desc" | undefined;
  /** Only test or only live endpoints. */
  testMode?: boolean | undefined;
  /** Only endpoints that stand so. */
  status?: "disabled" | "enabled" | undefined;
}

/** What `webhook_endpoints.create` takes. */
export interface WebhookEndpointsCreateParams {
  /** Where events are sent to: an absolute https URL. */
  url: string;
  /** The types that it gets: exact names, `customer.*` and its like, or `*` for all, future ones too. */
  eventTypes: readonly string[];
  /** What the endpoint is for. */
  description?: string | null | undefined;
  /** For `*.updated` types: only changes of at least one of these keys are sent. */
  fieldFilters?: Record<string, readonly string[]> | undefined;
  /** Test events in the place of live ones. Default: what the key is; a test key sets it. */
  testMode?: boolean | undefined;
  /** Requests in flight at most, over all workers. */
  maxConcurrency?: number | undefined;
  /** Attempts a second at most; null for no limit. */
  rateLimit?: number | null | undefined;
  /** Headers that each request carries. Null keeps the stored value of a name. */
  headers?: Record<string, string | null> | undefined;
  /** A signing secret of your own. */
  secret?: string | undefined;
}

/** What `webhook_endpoints.update` takes. */
export interface WebhookEndpointsUpdateParams {
  /** Where events are sent to: an absolute https URL. */
  url?: string | undefined;
  /** What the endpoint is for. */
  description?: string | null | undefined;
  /** The types that it gets: exact names, `customer.*` and its like, or `*` for all, future ones too. */
  eventTypes?: readonly string[] | undefined;
  /** For `*.updated` types: only changes of at least one of these keys are sent. */
  fieldFilters?: Record<string, readonly string[]> | undefined;
  /** Cannot be changed; the same value is accepted. */
  testMode?: boolean | undefined;
  /** Whether events are sent. */
  status?: "disabled" | "enabled" | undefined;
  /** Requests in flight at most, over all workers. */
  maxConcurrency?: number | undefined;
  /** Attempts a second at most; null for no limit. */
  rateLimit?: number | null | undefined;
  /** Headers that each request carries. Null keeps the stored value of a name. */
  headers?: Record<string, string | null> | undefined;
}

/** What `webhook_endpoints.rotate_secret` takes. */
export interface WebhookEndpointsRotateSecretParams {
  /** How long the present secret signs beside the new one. */
  overlapSeconds?: number | undefined;
  /** A signing secret of your own. */
  secret?: string | undefined;
}

/** What `webhook_endpoints.test` takes. */
export interface WebhookEndpointsTestParams {
  /** The type of event to send. */
  type: string;
  /** Its data; the example of the type when left out. */
  data?: WebhookTestData | undefined;
}

/** What `webhook_endpoints.resend` takes. */
export interface WebhookEndpointsResendParams {
  /** Ids of events. */
  eventIds: readonly string[];
}

/** What `webhook_endpoints.recover` takes. */
export interface WebhookEndpointsRecoverParams {
  /** Events made at or after this moment. */
  since: Moment;
  /** Events made before this moment; default now. */
  until?: Moment | undefined;
  /** `failed`: those that never arrived; `never_sent`: those that had no delivery; or both. */
  scope?: "all" | "failed" | "never_sent" | undefined;
  /** Only count them. */
  dryRun?: boolean | undefined;
}

/** What `webhook_endpoints.stats` takes. */
export interface WebhookEndpointsStatsParams {
  /** From this moment; default 24 hours ago. */
  since?: Moment | undefined;
  /** Up to this moment; default now. */
  until?: Moment | undefined;
}

/** `webhook_endpoints`. */
export class WebhookEndpoints extends Resource {
  readonly deliveries = new WebhookEndpointsDeliveries(this.sender);

  /**
   * List webhook endpoints. The endpoints of the workspace, newest first. A test key sees those in test
   * mode.
   */
  list(
    params: WebhookEndpointsListParams = {},
    options: CallOptions = {},
  ): Paginator<WebhookEndpoint> {
    return this.listed(LIST, [], params, options);
  }

  /**
   * Create a webhook endpoint. Registers a URL that gets the chosen events. This answer alone carries the
   * signing secret. A `webhook.ping` is sent at once.
   */
  create(
    params: WebhookEndpointsCreateParams,
    options: CallOptions = {},
  ): Promise<WebhookEndpoint> {
    return this.called(CREATE, [], params, options);
  }

  /** Get a webhook endpoint. One endpoint. Secrets and sensitive header values are not shown. */
  get(
    id: Id,
    options: CallOptions = {},
  ): Promise<WebhookEndpoint> {
    return this.called(GET, [id], {}, options);
  }

  /**
   * Update a webhook endpoint. Changes the given keys. A changed `url`, or enabling a disabled endpoint,
   * sends a `webhook.ping`; disabling cancels what waits to be sent.
   */
  update(
    id: Id,
    params: WebhookEndpointsUpdateParams = {},
    options: CallOptions = {},
  ): Promise<WebhookEndpoint> {
    return this.called(UPDATE, [id], params, options);
  }

  /**
   * Delete a webhook endpoint. Deletes an endpoint. What waits to be sent is canceled; secrets and header
   * values are wiped at once.
   */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<Deleted> {
    return this.called(DELETE, [id], {}, options);
  }

  /**
   * Rotate the signing secret. Makes a new signing secret, which this answer alone carries. The present one
   * keeps signing beside it for a while.
   */
  rotateSecret(
    id: Id,
    params: WebhookEndpointsRotateSecretParams = {},
    options: CallOptions = {},
  ): Promise<WebhookEndpoint> {
    return this.called(ROTATE_SECRET, [id], params, options);
  }

  /**
   * Send a test message. Sends one message of a type, with its example or data of your own, whatever the
   * endpoint asks for and even while it is disabled. At most ten a minute.
   */
  test(
    id: Id,
    params: WebhookEndpointsTestParams,
    options: CallOptions = {},
  ): Promise<WebhookDelivery> {
    return this.called(TEST, [id], params, options);
  }

  /**
   * Send events again. Sends the named events, whatever the filters of the endpoint say, each with all
   * attempts anew.
   */
  resend(
    id: Id,
    params: WebhookEndpointsResendParams,
    options: CallOptions = {},
  ): Promise<WebhookResendResult> {
    return this.called(RESEND, [id], params, options);
  }

  /**
   * Recover missed events. Sends the events of a time that never arrived, or had no delivery, or both;
   * oldest first, by a job. A dry run only counts them.
   */
  recover(
    id: Id,
    params: WebhookEndpointsRecoverParams,
    options: CallOptions = {},
  ): Promise<WebhookRecoveryPreview | Job> {
    return this.called(RECOVER, [id], params, options);
  }

  /**
   * Get statistics of an endpoint. How the deliveries of a time went, hour by hour: at most 28 days, by
   * default the last 24 hours.
   */
  stats(
    id: Id,
    params: WebhookEndpointsStatsParams = {},
    options: CallOptions = {},
  ): Promise<WebhookEndpointStats> {
    return this.called(STATS, [id], params, options);
  }
}
