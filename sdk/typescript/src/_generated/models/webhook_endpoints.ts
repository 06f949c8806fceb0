// Objects of `webhook_endpoints`. Generated; do not edit.
import type { Open } from "../../resource.js";

/** A secret that still signs beside the newest one. */
export interface PreviousSecret {
  /** Its last four characters. */
  hint: string;
  /** When it stops. */
  expiresAt: string;
}

/** What became of one event. */
export interface ResendOutcome {
  /** Id of the event. */
  eventId: string;
  /** Id of its delivery. */
  deliveryId: string | null;
  /** Whether it is sent. */
  status: Open<"queued" | "skipped">;
  /** Why it is not sent. */
  reason: Open<"already_pending" | "event_not_found" | "livemode_mismatch"> | null;
}

/** One hour. */
export interface StatsHour {
  /** Its beginning. */
  start: string;
  /** Deliveries of this hour that arrived. */
  delivered: number;
  /** Deliveries of this hour that failed. */
  failed: number;
}

/** One HTTP request of a delivery. */
export interface WebhookAttempt {
  object: "webhook_attempt";
  /** Id of the attempt. */
  id: string;
  /** 1, 2, 3 … over the life of the delivery. */
  number: number;
  /** Its place in the schedule; null for single attempts. */
  runAttempt: number | null;
  /** What it was made for. */
  trigger: Open<"ping" | "recover" | "replay" | "resend" | "scheduled" | "test">;
  /** When it began. */
  startedAt: string;
  /** How long it took. */
  durationMs: number;
  /** Where it went. */
  url: string;
  /** The address that was connected to. */
  remoteIp: string | null;
  /** Headers that were sent; sensitive values are hidden. */
  requestHeaders: Record<string, string>;
  /** Status of the response. */
  responseStatus: number | null;
  /** Headers of the response. */
  responseHeaders: Record<string, string> | null;
  /** The first 20,000 bytes of the response. */
  responseBody: string | null;
  /** How the body stands here. */
  responseBodyEncoding: "base64" | "utf8" | null;
  /** Whether the response had more. */
  responseTruncated: boolean;
  /** `interrupted`: the process that sent it died; the attempt is made again. */
  outcome: Open<"failure" | "interrupted" | "success">;
  /** Why it failed. */
  errorCode: Open<"connection_failed" | "connection_refused" | "connection_reset" | "dns_failure" | "http_status" | "invalid_response" | "target_blocked" | "timeout" | "tls_failure" | "worker_lost"> | null;
  /** The same in words. */
  errorMessage: string | null;
}

/** An event on its way to an endpoint. */
export interface WebhookDelivery {
  /** Always `webhook_delivery`. */
  object: "webhook_delivery";
  /** The id on the wire, the same on every attempt. */
  id: string;
  /** Id of the endpoint. */
  endpointId: string;
  /** Id of the event. */
  eventId: string;
  /** Type of the event. */
  eventType: string;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** What made the event. */
  source: Open<"change" | "ping" | "test">;
  /** `pending` and `sending` go on; `canceled`: the endpoint was disabled or deleted. */
  status: Open<"aborted" | "canceled" | "delivered" | "failed" | "pending" | "sending">;
  /** Attempts so far. */
  attemptCount: number;
  /** Attempts of the present run at most. */
  maxAttempts: number;
  /** When the next attempt is due. */
  nextAttemptAt: string | null;
  /** When the last attempt began. */
  lastAttemptAt: string | null;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** When the present run ended. */
  finishedAt: string | null;
  /** When it first arrived; stays whatever follows. */
  deliveredAt: string | null;
  /** Status of the last response. */
  responseStatus: number | null;
  /** Why the last attempt failed. */
  errorCode: Open<"connection_failed" | "connection_refused" | "connection_reset" | "dns_failure" | "http_status" | "invalid_response" | "target_blocked" | "timeout" | "tls_failure" | "worker_lost"> | null;
  /** How long the last attempt took. */
  durationMs: number | null;
}

/** A delivery with its exact text and all of its attempts. */
export interface WebhookDeliveryWithAttempts {
  /** Always `webhook_delivery`. */
  object: "webhook_delivery";
  /** The id on the wire, the same on every attempt. */
  id: string;
  /** Id of the endpoint. */
  endpointId: string;
  /** Id of the event. */
  eventId: string;
  /** Type of the event. */
  eventType: string;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** What made the event. */
  source: Open<"change" | "ping" | "test">;
  /** `pending` and `sending` go on; `canceled`: the endpoint was disabled or deleted. */
  status: Open<"aborted" | "canceled" | "delivered" | "failed" | "pending" | "sending">;
  /** Attempts so far. */
  attemptCount: number;
  /** Attempts of the present run at most. */
  maxAttempts: number;
  /** When the next attempt is due. */
  nextAttemptAt: string | null;
  /** When the last attempt began. */
  lastAttemptAt: string | null;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** When the present run ended. */
  finishedAt: string | null;
  /** When it first arrived; stays whatever follows. */
  deliveredAt: string | null;
  /** Status of the last response. */
  responseStatus: number | null;
  /** Why the last attempt failed. */
  errorCode: Open<"connection_failed" | "connection_refused" | "connection_reset" | "dns_failure" | "http_status" | "invalid_response" | "target_blocked" | "timeout" | "tls_failure" | "worker_lost"> | null;
  /** How long the last attempt took. */
  durationMs: number | null;
  /** The exact text that is sent. */
  requestBody: string;
  /** Its attempts, oldest first. */
  attempts: WebhookAttempt[];
}

/** A URL that gets the events of a workspace. */
export interface WebhookEndpoint {
  /** Always `webhook_endpoint`. */
  object: "webhook_endpoint";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Where events are sent to: an absolute https URL. */
  url: string;
  /** What the endpoint is for. */
  description: string | null;
  /** The types that it gets. */
  eventTypes: string[];
  /** The keys whose changes it gets, by type. */
  fieldFilters: Record<string, string[]>;
  /** Whether it gets test events in the place of live ones. */
  testMode: boolean;
  /** Whether events are sent. */
  status: Open<"disabled" | "enabled">;
  /** Why it is disabled: by hand, after 100 failed runs, by 410, or at the receiver's wish. */
  disabledReason: Open<"failures" | "gone" | "manual" | "receiver_request"> | null;
  /** When it was disabled. */
  disabledAt: string | null;
  /** `unhealthy` from a run that failed to its end until the next 2xx. */
  health: Open<"healthy" | "unhealthy">;
  /** Runs that failed to their end since the last 2xx. */
  consecutiveFailures: number;
  /** Requests in flight at most, over all workers. */
  maxConcurrency: number;
  /** Attempts a second at most; null for no limit. */
  rateLimit: number | null;
  /** Headers that each request carries; sensitive values are shown as null. */
  headers: Record<string, string | null>;
  /** The last four characters of the signing secret. */
  secretHint: string;
  /** Older secrets that still sign, newest first. */
  previousSecrets: PreviousSecret[];
  /** When something was last sent. */
  lastAttemptAt: string | null;
  /** When it last answered with a 2xx. */
  lastSuccessAt: string | null;
  /** When an attempt last failed. */
  lastFailureAt: string | null;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
  /** The signing secret; in the answers to creating and rotating alone. */
  secret?: string | undefined;
}

/** How deliveries to an endpoint went. */
export interface WebhookEndpointStats {
  /** Always `webhook_endpoint_stats`. */
  object: "webhook_endpoint_stats";
  /** Deliveries made in this time that arrived. */
  delivered: number;
  /** … that failed. */
  failed: number;
  /** … that the receiver ended. */
  aborted: number;
  /** … that disabling or deleting ended. */
  canceled: number;
  /** … that are not finished. */
  pending: number;
  /** Attempts made in this time. */
  attempts: number;
  /** Median time of these attempts. */
  p50Ms: number | null;
  /** 95 of 100 took at most so long. */
  p95Ms: number | null;
  /** Every hour, oldest first. */
  hours: StatsHour[];
}

/** How many events a recovery would send again. */
export interface WebhookRecoveryPreview {
  /** Always `webhook_recovery_preview`. */
  object: "webhook_recovery_preview";
  /** How many events. */
  matched: number;
}

/** What became of the events, in the order in which they were sent. */
export interface WebhookResendResult {
  /** Always `webhook_resend`. */
  object: "webhook_resend";
  /** Id of the endpoint. */
  endpointId: string;
  /** How many are sent. */
  queued: number;
  /** How many are not. */
  skipped: number;
  /** One entry for each event. */
  results: ResendOutcome[];
}

/** The `data` of a test message. */
export interface WebhookTestData {
  /** The record, as an event would carry it. */
  object: Record<string, unknown>;
  /** What was before, as an event of a change has it. */
  previousAttributes?: Record<string, unknown> | null | undefined;
}
