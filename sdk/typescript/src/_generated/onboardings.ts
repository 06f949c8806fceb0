// Methods of `onboardings`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { AppliedTemplate, Onboarding } from "./models/onboardings.js";
import type { Deleted } from "./models/customers.js";
import { OnboardingsComments } from "./onboardings_comments.js";
import { OnboardingsTasks } from "./onboardings_tasks.js";

const LIST: Operation = {
  method: "GET",
  path: "/onboardings",
  returns: "[Onboarding",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total", "state", "phase", "csm_id", "customer_id", "expand"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/onboardings",
  returns: "Onboarding",
  sends: "json",
  keyed: true,
};
const GET: Operation = {
  method: "GET",
  path: "/onboardings/{id}",
  returns: "Onboarding",
  query: ["expand"],
};
const UPDATE: Operation = {
  method: "PATCH",
  path: "/onboardings/{id}",
  returns: "Onboarding",
  sends: "json",
  keyed: true,
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/onboardings/{id}",
  returns: "Deleted",
  keyed: true,
};
const APPLY_TEMPLATE: Operation = {
  method: "POST",
  path: "/onboardings/{id}/apply_template",
  returns: "AppliedTemplate",
  sends: "json",
  keyed: true,
};

/** What `onboardings.list` takes. */
export interface OnboardingsListParams {
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
  /** Only onboardings in this state. */
  state?: "active" | "at_risk" | "done" | "paused" | "waiting" | undefined;
  /** Only onboardings in the phase with this key. */
  phase?: string | undefined;
  /** Only onboardings of this CSM. */
  csmId?: Id | undefined;
  /** Only onboardings of this customer. */
  customerId?: Id | undefined;
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted;
   * `csm`: the member who is its CSM; `tasks`: its newest 20 tasks and subtasks.
   */
  expand?: readonly ("csm" | "customer" | "tasks")[] | undefined;
}

/** What `onboardings.create` takes. */
export interface OnboardingsCreateParams {
  /** The customer. */
  customerId: Id;
  /** Name. */
  name?: string | undefined;
  /** Template to apply. */
  templateId?: Id | null | undefined;
  /** Key of a phase of the workspace. The first one when left out. */
  phase?: string | undefined;
  /** How the work stands. `waiting` means waiting on the customer. */
  state?: "active" | "at_risk" | "done" | "paused" | "waiting" | undefined;
  /** A past moment; now when left out. */
  startedAt?: Moment | undefined;
  /** Day of the planned launch as it is written; time of day and offset are dropped. */
  targetLaunchDate?: Moment | null | undefined;
  /** Member who is its customer success manager. */
  csmId?: Id | null | undefined;
  /** Member who is its solutions engineer. */
  seId?: Id | null | undefined;
  /** Member who is its designer. */
  designerId?: Id | null | undefined;
  /** Member who is its product operations person. */
  productOpsId?: Id | null | undefined;
  /** Internal notes, Markdown. */
  notes?: string | null | undefined;
  /** Whether the customer has to act; the same as state `waiting`. */
  waitingOnCustomer?: boolean | undefined;
  /** Whether reminders go out. */
  remindersEnabled?: boolean | undefined;
  /** Days between reminders. */
  reminderFrequencyDays?: number | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** What `onboardings.get` takes. */
export interface OnboardingsGetParams {
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted;
   * `csm`: the member who is its CSM; `tasks`: its newest 20 tasks and subtasks.
   */
  expand?: readonly ("csm" | "customer" | "tasks")[] | undefined;
}

/** What `onboardings.update` takes. */
export interface OnboardingsUpdateParams {
  /** Name. */
  name?: string | undefined;
  /** Key of a phase of the workspace. The first one when left out. */
  phase?: string | undefined;
  /** Why the phase moves; write-only. */
  phaseChangeReason?: string | null | undefined;
  /** How the work stands. `waiting` means waiting on the customer. */
  state?: "active" | "at_risk" | "done" | "paused" | "waiting" | undefined;
  /** Day of the planned launch as it is written; time of day and offset are dropped. */
  targetLaunchDate?: Moment | null | undefined;
  /** Why the target moves; write-only. */
  targetChangeReason?: string | null | undefined;
  /** Member who is its customer success manager. */
  csmId?: Id | null | undefined;
  /** Member who is its solutions engineer. */
  seId?: Id | null | undefined;
  /** Member who is its designer. */
  designerId?: Id | null | undefined;
  /** Member who is its product operations person. */
  productOpsId?: Id | null | undefined;
  /** Internal notes, Markdown. */
  notes?: string | null | undefined;
  /** Whether the customer has to act; the same as state `waiting`. */
  waitingOnCustomer?: boolean | undefined;
  /** Whether reminders go out. */
  remindersEnabled?: boolean | undefined;
  /** Days between reminders. */
  reminderFrequencyDays?: number | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** What `onboardings.apply_template` takes. */
export interface OnboardingsApplyTemplateParams {
  /** The template. */
  templateId: Id;
  /** Also create tasks that the onboarding has from it already. */
  addCopies?: boolean | undefined;
}

/** `onboardings`. */
export class Onboardings extends Resource {
  readonly comments = new OnboardingsComments(this.sender);
  readonly tasks = new OnboardingsTasks(this.sender);

  /** List onboardings. Onboardings, newest first. Those of archived and deleted customers are left out. */
  list(
    params: OnboardingsListParams = {},
    options: CallOptions = {},
  ): Paginator<Onboarding> {
    return this.listed(LIST, [], params, options);
  }

  /**
   * Create an onboarding. Opens an onboarding for a customer. It starts in the first phase when `phase` is
   * left out.
   */
  create(
    params: OnboardingsCreateParams,
    options: CallOptions = {},
  ): Promise<Onboarding> {
    return this.called(CREATE, [], params, options);
  }

  /** Get an onboarding. One onboarding, by `id` or `display_id`, also when its customer was deleted. */
  get(
    id: Id,
    params: OnboardingsGetParams = {},
    options: CallOptions = {},
  ): Promise<Onboarding> {
    return this.called(GET, [id], params, options);
  }

  /**
   * Update an onboarding. Changes the given keys; state first, then phase, then the rest. A phase moves in
   * any direction.
   */
  update(
    id: Id,
    params: OnboardingsUpdateParams = {},
    options: CallOptions = {},
  ): Promise<Onboarding> {
    return this.called(UPDATE, [id], params, options);
  }

  /** Delete an onboarding. Deletes an onboarding softly. */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<Deleted> {
    return this.called(DELETE, [id], {}, options);
  }

  /**
   * Apply a template. Adds the tasks of a template to an onboarding, in the phase of the template. Tasks
   * whose condition does not hold, and those it has already, are skipped; a second call adds what has come
   * to match.
   */
  applyTemplate(
    id: Id,
    params: OnboardingsApplyTemplateParams,
    options: CallOptions = {},
  ): Promise<AppliedTemplate> {
    return this.called(APPLY_TEMPLATE, [id], params, options);
  }
}
