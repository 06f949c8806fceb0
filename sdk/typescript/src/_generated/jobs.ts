// Methods of `jobs`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Id, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Job } from "./models/imports.js";

const GET: Operation = {
  method: "GET",
  path: "/jobs/{id}",
  returns: "Job",
};
const CANCEL: Operation = {
  method: "DELETE",
  path: "/jobs/{id}",
  returns: "Job",
  keyed: true,
};

/** `jobs`. */
export class Jobs extends Resource {

  /**
   * Get a job. An import, export or other long work: how it stands, how far it is, and the files it has
   * made. The key needs the read scope of the records too.
   */
  get(
    id: Id,
    options: CallOptions = {},
  ): Promise<Job> {
    return this.called(GET, [id], {}, options);
  }

  /**
   * Cancel a job. Ends a waiting job at once and a running one before its next step; what is done stays. A
   * finished job stays as it is. The key needs the read scope of the records too.
   */
  cancel(
    id: Id,
    options: CallOptions = {},
  ): Promise<Job> {
    return this.called(CANCEL, [id], {}, options);
  }
}
