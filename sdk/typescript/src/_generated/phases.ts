// Methods of `phases`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Phase } from "./models/phases.js";

const LIST: Operation = {
  method: "GET",
  path: "/phases",
  returns: "[Phase",
};

/** `phases`. */
export class Phases extends Resource {

  /** List phases. The phases of the workspace in their order, on one page. Archived ones are left out. */
  list(
    options: CallOptions = {},
  ): Paginator<Phase> {
    return this.listed(LIST, [], {}, options);
  }
}
