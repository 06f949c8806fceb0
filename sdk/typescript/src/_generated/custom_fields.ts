// Methods of `custom_fields`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { CustomField } from "./models/custom_fields.js";

const LIST: Operation = {
  method: "GET",
  path: "/custom_fields",
  returns: "[CustomField",
};

/** `custom_fields`. */
export class CustomFields extends Resource {

  /**
   * List custom fields. The custom fields of customers in their order, on one page. Archived ones are left
   * out.
   */
  list(
    options: CallOptions = {},
  ): Paginator<CustomField> {
    return this.listed(LIST, [], {}, options);
  }
}
