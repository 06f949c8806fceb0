// Methods of `events`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Event } from "./models/events.js";

const LIST: Operation = {
  method: "GET",
  path: "/events",
  returns: "[Event",
  query: ["limit", "cursor", "order", "since", "until", "livemode", "include_total", "type",
    "delivery_state", "customer_id", "object_id"],
};
const GET: Operation = {
  method: "GET",
  path: "/events/{id}",
  returns: "Event",
};

/** What `events.list` takes. */
export interface EventsListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** `desc`: newest first; `asc`: oldest first, the cursor then means newer. */
  order?: "asc" | "desc" | undefined;
  /** Only what happened at or after this moment. */
  since?: Moment | undefined;
  /** Only what happened before this moment. */
  until?: Moment | undefined;
  /** Only live (`true`) or only test (`false`) records. */
  livemode?: boolean | undefined;
  /** Add `total`; counting costs time on large lists. */
  includeTotal?: boolean | undefined;
  /** Only these types: exact names or `customer.*`, separated by commas or repeated. */
  type?: readonly string[] | undefined;
  /** Only events whose deliveries stand so. */
  deliveryState?: "delivered" | "failed" | "none" | "pending" | undefined;
  /** Only events about this customer and what is its. */
  customerId?: Id | undefined;
  /** Only events of the record with this id. */
  objectId?: Id | undefined;
}

/** `events`. */
export class Events extends Resource {

  /**
   * List events. Events of changes, newest first. With `order=asc` there is always a cursor to go on from
   * later.
   */
  list(
    params: EventsListParams = {},
    options: CallOptions = {},
  ): Paginator<Event> {
    return this.listed(LIST, [], params, options);
  }

  /** Get an event. One event, by its `id`, whatever made it. */
  get(
    id: Id,
    options: CallOptions = {},
  ): Promise<Event> {
    return this.called(GET, [id], {}, options);
  }
}
