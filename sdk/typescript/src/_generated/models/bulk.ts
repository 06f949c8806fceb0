// Objects of `bulk`. Generated; do not edit.

/** What became of one change. */
export interface BulkItem {
  /** Its place among the operations, from 0. */
  index: number;
  /** The status that the single operation would have answered with. */
  status: number;
  /** The answer of the single operation: the object, or the error. */
  body: Record<string, unknown>;
}

/** One change of a bulk call. */
export interface BulkOperation {
  /** What to do. */
  action: "create" | "delete" | "update" | "upsert";
  /** With what. */
  resource: "contact" | "customer" | "onboarding" | "task";
  /** Which record, for `update` and `delete`. */
  id?: string | undefined;
  /**
   * What `upsert` matches by: `external_id`; for customers also `slug` and `domain`, for contacts `email`
   * within their customer.
   */
  by?: "domain" | "email" | "external_id" | "slug" | undefined;
  /**
   * The body of the single operation; not for `delete`. A new contact needs `customer_id`, a new task
   * `onboarding_id` or `parent_task_id`.
   */
  data?: Record<string, unknown> | undefined;
}

/** What became of a bulk call. */
export interface BulkResult {
  /** Always `bulk_result`. */
  object: "bulk_result";
  /** Operations that succeeded. */
  succeeded: number;
  /** Operations that failed and changed nothing. */
  failed: number;
  /** One for each operation, in their order. */
  results: BulkItem[];
}
