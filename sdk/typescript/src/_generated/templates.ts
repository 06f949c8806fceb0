// Methods of `templates`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Condition, Template, TemplateTask } from "./models/templates.js";
import type { Deleted } from "./models/customers.js";

const LIST: Operation = {
  method: "GET",
  path: "/templates",
  returns: "[Template",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total", "phase"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/templates",
  returns: "Template",
  nested: {"applies_when": "Condition", "tasks": "TemplateTask"},
  sends: "json",
  keyed: true,
};
const GET: Operation = {
  method: "GET",
  path: "/templates/{id}",
  returns: "Template",
};
const UPDATE: Operation = {
  method: "PATCH",
  path: "/templates/{id}",
  returns: "Template",
  nested: {"applies_when": "Condition", "tasks": "TemplateTask"},
  sends: "json",
  keyed: true,
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/templates/{id}",
  returns: "Deleted",
  keyed: true,
};

/** What `templates.list` takes. */
export interface TemplatesListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** `desc`: newest first; `asc`: oldest first, the cursor then means newer. */
  order?: "asc" | "desc" | undefined;
  /** Only records created after this moment. */
  createdAfter?: Moment | undefined;
  /** Only records created before this moment. */
  createdBefore?: Moment | undefined;
  /** Only records changed at or after this moment. */
  updatedSince?: Moment | undefined;
  /** Only live (`true`) or only test (`false`) records. */
  livemode?: boolean | undefined;
  /** Add `total`; counting costs time on large lists. */
  includeTotal?: boolean | undefined;
  /** Only templates of the phase with this key. */
  phase?: string | undefined;
}

/** What `templates.create` takes. */
export interface TemplatesCreateParams {
  /** Name, unique within its phase. */
  name: string;
  /** Key of an unarchived phase. */
  phase: string;
  /** What it is for. */
  description?: string | null | undefined;
  /** Whether it is applied on entering the phase. Setting it clears the one before. */
  defaultForPhase?: boolean | undefined;
  /** Condition on the customer; `null` for always. */
  appliesWhen?: Condition | null | undefined;
  /** Its tasks, in order. */
  tasks?: readonly TemplateTask[] | undefined;
}

/** What `templates.update` takes. */
export interface TemplatesUpdateParams {
  /** Name, unique within its phase. */
  name?: string | undefined;
  /** What it is for. */
  description?: string | null | undefined;
  /** Key of an unarchived phase. */
  phase?: string | undefined;
  /** Whether it is applied on entering the phase. Setting it clears the one before. */
  defaultForPhase?: boolean | undefined;
  /** Condition on the customer; `null` for always. */
  appliesWhen?: Condition | null | undefined;
  /** Its tasks, in order. */
  tasks?: readonly TemplateTask[] | undefined;
}

/** `templates`. */
export class Templates extends Resource {

  /** List templates. Phase templates, newest first. */
  list(
    params: TemplatesListParams = {},
    options: CallOptions = {},
  ): Paginator<Template> {
    return this.listed(LIST, [], params, options);
  }

  /**
   * Create a template. Saves a bundle of tasks for one phase. As `default_for_phase` it is applied whenever
   * an onboarding enters that phase.
   */
  create(
    params: TemplatesCreateParams,
    options: CallOptions = {},
  ): Promise<Template> {
    return this.called(CREATE, [], params, options);
  }

  /** Get a template. One template, by `id` or `display_id`. */
  get(
    id: Id,
    options: CallOptions = {},
  ): Promise<Template> {
    return this.called(GET, [id], {}, options);
  }

  /**
   * Update a template. Changes the given keys and counts `version` up; `tasks` is replaced as a whole.
   * Tasks that were made from the template stay as they are. Keep the `key` of a task, so that it is known
   * again.
   */
  update(
    id: Id,
    params: TemplatesUpdateParams = {},
    options: CallOptions = {},
  ): Promise<Template> {
    return this.called(UPDATE, [id], params, options);
  }

  /** Delete a template. Puts a template away. Tasks that were made from it stay. */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<Deleted> {
    return this.called(DELETE, [id], {}, options);
  }
}
