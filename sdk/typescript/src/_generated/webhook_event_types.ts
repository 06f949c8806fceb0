// Methods of `webhook_event_types`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { WebhookEventType } from "./models/webhook_event_types.js";

const LIST: Operation = {
  method: "GET",
  path: "/webhook_event_types",
  returns: "[WebhookEventType",
};

/** `webhook_event_types`. */
export class WebhookEventTypes extends Resource {

  /**
   * List the types of events. Every type that an endpoint can ask for, in the order of the catalogue, on
   * one page.
   */
  list(
    options: CallOptions = {},
  ): Paginator<WebhookEventType> {
    return this.listed(LIST, [], {}, options);
  }
}
