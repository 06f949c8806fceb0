// Methods of `customers_onboardings`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Onboarding } from "./models/onboardings.js";

const LIST: Operation = {
  method: "GET",
  path: "/customers/{customer_id}/onboardings",
  returns: "[Onboarding",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total", "state", "phase", "csm_id", "expand"],
};

/** What `customers.onboardings.list` takes. */
export interface CustomersOnboardingsListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** `desc`: newest first; `asc`: oldest first, the cursor then means newer. */
  order?: "asc" | "desc" | undefined;
  /** Only records created after this moment. */
  createdAfter?: Moment | undefined;
  /** Only records created before this moment. */
  createdBefore?: Moment | undefined;
  /** Only records changed at or after this moment. */
  updatedSince?: Moment | undefined;
  /** Only live (`true`) or only test (`false`) records. */
  livemode?: boolean | undefined;
  /** Add `total`; counting costs time on large lists. */
  includeTotal?: boolean | undefined;
  /** Only onboardings in this state. */
  state?: "active" | "at_risk" | "done" | "paused" | "waiting" | undefined;
  /** Only onboardings in the phase with this key. */
  phase?: string | undefined;
  /** Only onboardings of this CSM. */
  csmId?: Id | undefined;
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted;
   * `csm`: the member who is its CSM; `tasks`: its newest 20 tasks and subtasks.
   */
  expand?: readonly ("csm" | "customer" | "tasks")[] | undefined;
}

/** `customers.onboardings`. */
export class CustomersOnboardings extends Resource {

  /**
   * List the onboardings of a customer. The onboardings of one customer, newest first, also while the
   * customer is archived.
   */
  list(
    customerId: Id,
    params: CustomersOnboardingsListParams = {},
    options: CallOptions = {},
  ): Paginator<Onboarding> {
    return this.listed(LIST, [customerId], params, options);
  }
}
