// Methods of `customers_comments`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Comment } from "./models/customers.js";

const LIST: Operation = {
  method: "GET",
  path: "/customers/{id}/comments",
  returns: "[Comment",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/customers/{id}/comments",
  returns: "Comment",
  sends: "json",
  keyed: true,
};

/** What `customers.comments.list` takes. */
export interface CustomersCommentsListParams {
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

/** What `customers.comments.create` takes. */
export interface CustomersCommentsCreateParams {
  /** Markdown. `<@id>` mentions a member, or, where the customer reads it, a contact. */
  body: string;
  /** `internal`: the team alone; `customer`: the customer reads it too. */
  visibility?: "customer" | "internal" | undefined;
}

/** `customers.comments`. */
export class CustomersComments extends Resource {

  /**
   * List the comments on a customer. The comments on a customer itself, newest first; those on its
   * onboardings and tasks stand there.
   */
  list(
    id: Id,
    params: CustomersCommentsListParams = {},
    options: CallOptions = {},
  ): Paginator<Comment> {
    return this.listed(LIST, [id], params, options);
  }

  /**
   * Comment on a customer. Writes a comment on a customer. It is internal unless `visibility` says
   * otherwise.
   */
  create(
    id: Id,
    params: CustomersCommentsCreateParams,
    options: CallOptions = {},
  ): Promise<Comment> {
    return this.called(CREATE, [id], params, options);
  }
}
