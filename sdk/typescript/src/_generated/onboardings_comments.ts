// Methods of `onboardings_comments`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Comment } from "./models/customers.js";

const LIST: Operation = {
  method: "GET",
  path: "/onboardings/{id}/comments",
  returns: "[Comment",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/onboardings/{id}/comments",
  returns: "Comment",
  sends: "json",
  keyed: true,
};

/** What `onboardings.comments.list` takes. */
export interface OnboardingsCommentsListParams {
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

/** What `onboardings.comments.create` takes. */
export interface OnboardingsCommentsCreateParams {
  /** Markdown. `<@id>` mentions a member, or, where the customer reads it, a contact. */
  body: string;
  /** `internal`: the team alone; `customer`: the customer reads it too. */
  visibility?: "customer" | "internal" | undefined;
}

/** `onboardings.comments`. */
export class OnboardingsComments extends Resource {

  /**
   * List the comments on an onboarding. The comments on an onboarding itself, newest first; those on its
   * tasks stand there.
   */
  list(
    id: Id,
    params: OnboardingsCommentsListParams = {},
    options: CallOptions = {},
  ): Paginator<Comment> {
    return this.listed(LIST, [id], params, options);
  }

  /** Comment on an onboarding. Writes a comment on an onboarding, in whatever state it is. */
  create(
    id: Id,
    params: OnboardingsCommentsCreateParams,
    options: CallOptions = {},
  ): Promise<Comment> {
    return this.called(CREATE, [id], params, options);
  }
}
