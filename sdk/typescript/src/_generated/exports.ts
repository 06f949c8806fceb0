// Methods of `exports`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Job } from "./models/imports.js";

const CREATE: Operation = {
  method: "POST",
  path: "/exports",
  returns: "Job",
  sends: "json",
  keyed: true,
};

/** What `exports.create` takes. */
export interface ExportsCreateParams {
  /**
   * Which records: as their lists show them, or the activity stream, newest first; `workspace` for
   * everything, as one ZIP of JSON Lines, CSV and uploaded files.
   */
  type: "activity" | "contacts" | "customers" | "onboardings" | "tasks" | "workspace";
  /**
   * Only what this finds: words and terms as `GET /search` takes them, and like there without archived
   * customers unless it asks for them. For `activity`: the entries of the customers that it finds. Not for
   * `workspace`.
   */
  q?: string | null | undefined;
}

/** `exports`. */
export class Exports extends Resource {

  /**
   * Export records. Writes a CSV file of the customers, contacts, onboardings or tasks that lists show, or
   * of the activity stream with one row for each changed field; all of them, or those that `q` finds. The
   * type `workspace` gives a ZIP of every table, deleted and test rows included, and of the uploaded files,
   * as they are at one moment; no secret is in it. The job has the link to the file, which is kept for 7
   * days. The key needs the read scope of what it exports too; a whole workspace takes a live key with
   * every read scope.
   */
  create(
    params: ExportsCreateParams,
    options: CallOptions = {},
  ): Promise<Job> {
    return this.called(CREATE, [], params, options);
  }
}
