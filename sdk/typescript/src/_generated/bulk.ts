// Methods of `bulk`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { BulkOperation, BulkResult } from "./models/bulk.js";

const RUN: Operation = {
  method: "POST",
  path: "/bulk",
  returns: "BulkResult",
  nested: {"operations": "BulkOperation"},
  sends: "json",
  keyed: true,
};

/** What `bulk.run` takes. */
export interface BulkRunParams {
  /** The changes, in order. */
  operations: readonly BulkOperation[];
  /** All or none: the first failure undoes everything. */
  atomic?: boolean | undefined;
}

/** `bulk`. */
export class Bulk extends Resource {

  /**
   * Run many changes. Runs up to 1,000 changes in order, each as its single operation would, with its own
   * status and answer. One that fails changes nothing; with `atomic` it undoes all, and its error is the
   * answer. Costs one more request of the rate limit for each 100 operations. The key needs `write:data`
   * and the write scope of each resource that it changes.
   */
  run(
    params: BulkRunParams,
    options: CallOptions = {},
  ): Promise<BulkResult> {
    return this.called(RUN, [], params, options);
  }
}
