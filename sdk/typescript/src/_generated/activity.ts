// Methods of `activity`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { ActivityEntry } from "./models/activity.js";

const LIST: Operation = {
  method: "GET",
  path: "/activity",
  returns: "[ActivityEntry",
  query: ["limit", "cursor", "order", "since", "until", "livemode", "include_total", "event", "actor",
    "customer_id"],
};

/** What `activity.list` takes. */
export interface ActivityListParams {
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
  /** Only entries about this customer. */
  customerId?: Id | undefined;
}

/** `activity`. */
export class Activity extends Resource {

  /**
   * List activity. Everything that happened in the workspace, newest first. `event` also takes a group or
   * another name.
   */
  list(
    params: ActivityListParams = {},
    options: CallOptions = {},
  ): Paginator<ActivityEntry> {
    return this.listed(LIST, [], params, options);
  }
}
