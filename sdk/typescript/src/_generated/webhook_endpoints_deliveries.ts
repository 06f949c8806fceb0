// Methods of `webhook_endpoints_deliveries`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { WebhookDelivery, WebhookDeliveryWithAttempts } from "./models/webhook_endpoints.js";

const LIST: Operation = {
  method: "GET",
  path: "/webhook_endpoints/{id}/deliveries",
  returns: "[WebhookDelivery",
  query: ["limit", "cursor", "order", "status", "event_type", "event_id", "source", "response",
    "error_code", "since", "until"],
};
const GET: Operation = {
  method: "GET",
  path: "/webhook_endpoints/{id}/deliveries/{delivery_id}",
  returns: "WebhookDeliveryWithAttempts",
};
const REPLAY: Operation = {
  method: "POST",
  path: "/webhook_endpoints/{id}/deliveries/{delivery_id}/replay",
  returns: "WebhookDelivery",
  keyed: true,
};

/** What `webhook_endpoints.deliveries.list` takes. */
export interface WebhookEndpointsDeliveriesListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** `desc`: newest first; `asc`: oldest first, the cursor then means newer. */
  order?: "asc" | "desc" | undefined;
  /** Only deliveries that stand so; several by commas or repeated. */
  status?: readonly ("aborted" | "canceled" | "delivered" | "failed" | "pending" | "sending")[] | undefined;
  /** Only these types, such as `customer.*`. */
  eventType?: readonly string[] | undefined;
  /** Only the delivery of this event. */
  eventId?: Id | undefined;
  /** Only deliveries of events made so. */
  source?: "change" | "ping" | "test" | undefined;
  /** Only this class of the last response (`2xx` … `5xx`, `none`), or this status. */
  response?: string | undefined;
  /** Only deliveries that last failed so. */
  errorCode?: "connection_failed" | "connection_refused" | "connection_reset" | "dns_failure" | "http_status" | "invalid_response" | "target_blocked" | "timeout" | "tls_failure" | "worker_lost" | undefined;
  /** Only deliveries made at or after this moment. */
  since?: Moment | undefined;
  /** Only deliveries made before this moment. */
  until?: Moment | undefined;
}

/** `webhook_endpoints.deliveries`. */
export class WebhookEndpointsDeliveries extends Resource {

  /** List deliveries. The deliveries of an endpoint without their bodies, newest first. */
  list(
    id: Id,
    params: WebhookEndpointsDeliveriesListParams = {},
    options: CallOptions = {},
  ): Paginator<WebhookDelivery> {
    return this.listed(LIST, [id], params, options);
  }

  /**
   * Get a delivery. One delivery with the exact text that is sent, and every attempt with what came back.
   */
  get(
    id: Id,
    deliveryId: Id,
    options: CallOptions = {},
  ): Promise<WebhookDeliveryWithAttempts> {
    return this.called(GET, [id, deliveryId], {}, options);
  }

  /**
   * Replay a delivery. Sends a delivery once more, now. One that waits keeps its schedule if that fails.
   */
  replay(
    id: Id,
    deliveryId: Id,
    options: CallOptions = {},
  ): Promise<WebhookDelivery> {
    return this.called(REPLAY, [id, deliveryId], {}, options);
  }
}
