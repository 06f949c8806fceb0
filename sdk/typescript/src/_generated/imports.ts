// Methods of `imports`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { FileInput, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Job } from "./models/imports.js";

const CREATE: Operation = {
  method: "POST",
  path: "/imports",
  returns: "Job",
  sends: "form",
  keyed: true,
};

/** What `imports.create` takes. */
export interface ImportsCreateParams {
  /** The file, with its name: at most 524288000 bytes. */
  file: FileInput;
  /** What its rows are. */
  resource: "contact" | "customer" | "onboarding" | "task";
  /** `create` makes a record of each row, `upsert` changes the one that matches, if there is one. */
  mode?: "create" | "upsert" | undefined;
  /**
   * What `upsert` matches by: `external_id` when left out, `id` or `display_id`; for customers also `slug`
   * and `domain`, for contacts `email` within their customer.
   */
  by?: "display_id" | "domain" | "email" | "external_id" | "id" | "slug" | null | undefined;
  /**
   * JSON object: the name of a column to the property it holds (`custom_fields.<slug>` for a custom field),
   * or to `null` to pass it over. Other columns are matched by their name.
   */
  mapping?: string | null | undefined;
  /** What the file is; told by its content when left out. */
  format?: "csv" | "jsonl" | null | undefined;
  /** Its encoding; told by its content when left out. */
  encoding?: "utf-16" | "utf-8" | "windows-1252" | null | undefined;
  /** What separates the cells of a CSV; told by its header when left out. */
  delimiter?: "comma" | "pipe" | "semicolon" | "tab" | null | undefined;
  /** What an empty cell of a CSV does: nothing, or clear the property. */
  blankCells?: "clear" | "leave" | undefined;
  /** False records the events of these rows without delivering them. */
  sendWebhooks?: boolean | undefined;
}

/** `imports`. */
export class Imports extends Resource {

  /**
   * Import a file. Imports a CSV file with a header row, or JSON Lines, of up to 500 MB and 1,000,000 rows.
   * Valid rows are imported, the others listed in a file of errors that can be corrected and imported
   * again. One import of a workspace runs at a time. The key needs the write scope of the resource too.
   * Customers bring their primary contacts in the columns `contact_name`, `contact_email`, `contact_title`
   * and `contact_phone` when the key may write contacts; otherwise these columns are passed over.
   */
  create(
    params: ImportsCreateParams,
    options: CallOptions = {},
  ): Promise<Job> {
    return this.called(CREATE, [], params, options);
  }
}
