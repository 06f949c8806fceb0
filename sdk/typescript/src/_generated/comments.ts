// Methods of `comments`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Id, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Comment, Deleted } from "./models/customers.js";

const UPDATE: Operation = {
  method: "PATCH",
  path: "/comments/{id}",
  returns: "Comment",
  sends: "json",
  keyed: true,
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/comments/{id}",
  returns: "Deleted",
  keyed: true,
};

/** What `comments.update` takes. */
export interface CommentsUpdateParams {
  /** Markdown. `<@id>` mentions a member, or, where the customer reads it, a contact. */
  body?: string | undefined;
  /** `internal`: the team alone; `customer`: the customer reads it too. */
  visibility?: "customer" | "internal" | undefined;
}

/** `comments`. */
export class Comments extends Resource {

  /** Update a comment. Changes the given keys of a comment that the same key has written. */
  update(
    id: Id,
    params: CommentsUpdateParams = {},
    options: CallOptions = {},
  ): Promise<Comment> {
    return this.called(UPDATE, [id], params, options);
  }

  /**
   * Delete a comment. Deletes a comment softly, whoever has written it. Its files can no longer be fetched.
   */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<Deleted> {
    return this.called(DELETE, [id], {}, options);
  }
}
