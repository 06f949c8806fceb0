// Methods of `tasks_comments`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Comment } from "./models/customers.js";

const LIST: Operation = {
  method: "GET",
  path: "/tasks/{id}/comments",
  returns: "[Comment",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/tasks/{id}/comments",
  returns: "Comment",
  sends: "json",
  keyed: true,
};

/** What `tasks.comments.list` takes. */
export interface TasksCommentsListParams {
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
}

/** What `tasks.comments.create` takes. */
export interface TasksCommentsCreateParams {
  /** Markdown. `<@id>` mentions a member, or, where the customer reads it, a contact. */
  body: string;
  /** `internal`: the team alone; `customer`: the customer reads it too. */
  visibility?: "customer" | "internal" | undefined;
}

/** `tasks.comments`. */
export class TasksComments extends Resource {

  /** List the comments on a task. The comments on a task or subtask, newest first. */
  list(
    id: Id,
    params: TasksCommentsListParams = {},
    options: CallOptions = {},
  ): Paginator<Comment> {
    return this.listed(LIST, [id], params, options);
  }

  /**
   * Comment on a task. Writes a comment on a task or subtask. The customer reads one of visibility
   * `customer` as long as the task is customer-facing.
   */
  create(
    id: Id,
    params: TasksCommentsCreateParams,
    options: CallOptions = {},
  ): Promise<Comment> {
    return this.called(CREATE, [id], params, options);
  }
}
