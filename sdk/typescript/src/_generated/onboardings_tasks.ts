// Methods of `onboardings_tasks`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Task } from "./models/tasks.js";

const LIST: Operation = {
  method: "GET",
  path: "/onboardings/{id}/tasks",
  returns: "[Task",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total", "assignee_id", "done", "due_before", "expand"],
};

/** What `onboardings.tasks.list` takes. */
export interface OnboardingsTasksListParams {
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
  /** Only tasks of this member or contact. */
  assigneeId?: Id | undefined;
  /** Only done, or only open, tasks. */
  done?: boolean | undefined;
  /** Only tasks due before this day. */
  dueBefore?: Moment | undefined;
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted;
   * `onboarding`: its onboarding, unless deleted.
   */
  expand?: readonly ("customer" | "onboarding")[] | undefined;
}

/** `onboardings.tasks`. */
export class OnboardingsTasks extends Resource {

  /**
   * List the tasks of an onboarding. The tasks and subtasks of one onboarding, newest first, also while its
   * customer is archived.
   */
  list(
    id: Id,
    params: OnboardingsTasksListParams = {},
    options: CallOptions = {},
  ): Paginator<Task> {
    return this.listed(LIST, [id], params, options);
  }
}
