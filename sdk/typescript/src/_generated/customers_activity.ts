// Methods of `customers_activity`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { ActivityEntry } from "./models/activity.js";

const LIST: Operation = {
  method: "GET",
  path: "/customers/{customer_id}/activity",
  returns: "[ActivityEntry",
  query: ["limit", "cursor", "order", "since", "until", "livemode", "include_total", "event", "actor"],
};

/** What `customers.activity.list` takes. */
export interface CustomersActivityListParams {
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
  /**
   * Only entries of this name, or of this group: customer, contact, onboarding, task, talk, risk, people,
   * settings, machine.
   */
  event?: string | undefined;
  /**
   * Only entries of this actor: an id, the number of a member, `user:<id>`, `api_key:<id>`,
   * `integration:<name>`, or `system`.
   */
  actor?: string | undefined;
}

/** `customers.activity`. */
export class CustomersActivity extends Resource {

  /**
   * List the activity of a customer. What happened at one customer, newest first, with its contacts,
   * onboardings and tasks.
   */
  list(
    customerId: Id,
    params: CustomersActivityListParams = {},
    options: CallOptions = {},
  ): Paginator<ActivityEntry> {
    return this.listed(LIST, [customerId], params, options);
  }
}
