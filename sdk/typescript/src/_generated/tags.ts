// Methods of `tags`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Tag } from "./models/tags.js";

const LIST: Operation = {
  method: "GET",
  path: "/tags",
  returns: "[Tag",
  query: ["limit", "cursor"],
};

/** What `tags.list` takes. */
export interface TagsListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** `tags`. */
export class Tags extends Resource {

  /**
   * List tags. The tags of live customers in the order of their letters. The cursor is a string to be
   * passed on.
   */
  list(
    params: TagsListParams = {},
    options: CallOptions = {},
  ): Paginator<Tag> {
    return this.listed(LIST, [], params, options);
  }
}
