// Methods of `members`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Member } from "./models/members.js";

const LIST: Operation = {
  method: "GET",
  path: "/members",
  returns: "[Member",
  query: ["limit", "cursor", "order", "active", "role", "include_total"],
};
const GET: Operation = {
  method: "GET",
  path: "/members/{id}",
  returns: "Member",
};

/** What `members.list` takes. */
export interface MembersListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** `desc`: newest first; `asc`: oldest first, the cursor then means newer. */
  order?: "asc" | "desc" | undefined;
  /** Only active, or only deactivated, members. */
  active?: boolean | undefined;
  /** Only members with this role. */
  role?: "admin" | "member" | "owner" | "viewer" | undefined;
  /** Add `total`. */
  includeTotal?: boolean | undefined;
}

/** `members`. */
export class Members extends Resource {

  /**
   * List members. The people of the workspace, those who joined last first. Deactivated ones are among
   * them.
   */
  list(
    params: MembersListParams = {},
    options: CallOptions = {},
  ): Paginator<Member> {
    return this.listed(LIST, [], params, options);
  }

  /** Get a member. One member, by `id` or `display_id`, also when it was deactivated. */
  get(
    id: Id,
    options: CallOptions = {},
  ): Promise<Member> {
    return this.called(GET, [id], {}, options);
  }
}
