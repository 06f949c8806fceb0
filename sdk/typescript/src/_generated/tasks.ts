// Methods of `tasks`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Deleted } from "./models/customers.js";
import type { Link, Task } from "./models/tasks.js";
import { TasksComments } from "./tasks_comments.js";

const LIST: Operation = {
  method: "GET",
  path: "/tasks",
  returns: "[Task",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total", "assignee_id", "done", "due_before", "customer_id", "onboarding_id", "expand"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/onboardings/{id}/tasks",
  returns: "Task",
  nested: {"links": "Link"},
  sends: "json",
  keyed: true,
};
const CREATE_SUBTASK: Operation = {
  method: "POST",
  path: "/tasks/{id}/subtasks",
  returns: "Task",
  nested: {"links": "Link"},
  sends: "json",
  keyed: true,
};
const GET: Operation = {
  method: "GET",
  path: "/tasks/{id}",
  returns: "Task",
  query: ["expand"],
};
const UPDATE: Operation = {
  method: "PATCH",
  path: "/tasks/{id}",
  returns: "Task",
  nested: {"links": "Link"},
  sends: "json",
  keyed: true,
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/tasks/{id}",
  returns: "Deleted",
  keyed: true,
};
const COMPLETE: Operation = {
  method: "POST",
  path: "/tasks/{id}/complete",
  returns: "Task",
  sends: "json",
  keyed: true,
};
const REOPEN: Operation = {
  method: "POST",
  path: "/tasks/{id}/reopen",
  returns: "Task",
  keyed: true,
};

/** What `tasks.list` takes. */
export interface TasksListParams {
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
  /** Only tasks of this member or contact. */
  assigneeId?: Id | undefined;
  /** Only done, or only open, tasks. */
  done?: boolean | undefined;
  /** Only tasks due before this day. */
  dueBefore?: Moment | undefined;
  /** Only tasks of this customer. */
  customerId?: Id | undefined;
  /** Only tasks of this onboarding. */
  onboardingId?: Id | undefined;
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted;
   * `onboarding`: its onboarding, unless deleted.
   */
  expand?: readonly ("customer" | "onboarding")[] | undefined;
}

/** What `tasks.create` takes. */
export interface TasksCreateParams {
  /** What is to be done. */
  title: string;
  /** Details, Markdown. */
  description?: string | null | undefined;
  /** A member or a contact of the customer; digits name a member. */
  assigneeId?: Id | null | undefined;
  /** Calendar day. A day that is sent is fixed. */
  dueDate?: Moment | null | undefined;
  /** What a planned date hangs on: `phase_start`, `target_launch` or `task:<id>`. */
  dueAnchor?: string | null | undefined;
  /** Days after the anchor; negative is before it. */
  dueOffset?: number | null | undefined;
  /** Whether it is done. */
  done?: boolean | undefined;
  /** Links. */
  links?: readonly Link[] | undefined;
  /** Tasks of the same onboarding that must be done first. */
  dependsOn?: readonly string[] | undefined;
  /** Place among its siblings; equal ones stand in order of creation. */
  position?: number | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
  /** Key of an unarchived phase. */
  phase?: string | undefined;
  /** Whether the customer sees it in the portal. */
  customerFacing?: boolean | undefined;
}

/** What `tasks.create_subtask` takes. */
export interface TasksCreateSubtaskParams {
  /** What is to be done. */
  title: string;
  /** Details, Markdown. */
  description?: string | null | undefined;
  /** A member or a contact of the customer; digits name a member. */
  assigneeId?: Id | null | undefined;
  /** Calendar day. A day that is sent is fixed. */
  dueDate?: Moment | null | undefined;
  /** What a planned date hangs on: `phase_start`, `target_launch` or `task:<id>`. */
  dueAnchor?: string | null | undefined;
  /** Days after the anchor; negative is before it. */
  dueOffset?: number | null | undefined;
  /** Whether it is done. */
  done?: boolean | undefined;
  /** Links. */
  links?: readonly Link[] | undefined;
  /** Tasks of the same onboarding that must be done first. */
  dependsOn?: readonly string[] | undefined;
  /** Place among its siblings; equal ones stand in order of creation. */
  position?: number | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** What `tasks.get` takes. */
export interface TasksGetParams {
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted;
   * `onboarding`: its onboarding, unless deleted.
   */
  expand?: readonly ("customer" | "onboarding")[] | undefined;
}

/** What `tasks.update` takes. */
export interface TasksUpdateParams {
  /** What is to be done. */
  title?: string | undefined;
  /** Details, Markdown. */
  description?: string | null | undefined;
  /** Makes it a subtask of that task. */
  parentTaskId?: Id | null | undefined;
  /** Key of an unarchived phase. */
  phase?: string | undefined;
  /** A member or a contact of the customer; digits name a member. */
  assigneeId?: Id | null | undefined;
  /** Calendar day. A day that is sent is fixed. */
  dueDate?: Moment | null | undefined;
  /** What a planned date hangs on: `phase_start`, `target_launch` or `task:<id>`. */
  dueAnchor?: string | null | undefined;
  /** Days after the anchor; negative is before it. */
  dueOffset?: number | null | undefined;
  /** Whether it is done. */
  done?: boolean | undefined;
  /** Whether the customer sees it in the portal. */
  customerFacing?: boolean | undefined;
  /** Links. */
  links?: readonly Link[] | undefined;
  /** Tasks of the same onboarding that must be done first. */
  dependsOn?: readonly string[] | undefined;
  /** Place among its siblings; equal ones stand in order of creation. */
  position?: number | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** What `tasks.complete` takes. */
export interface TasksCompleteParams {
  /** Complete its open subtasks too. */
  completeSubtasks?: boolean | undefined;
  /** Becomes a comment. */
  note?: string | null | undefined;
}

/** `tasks`. */
export class Tasks extends Resource {
  readonly comments = new TasksComments(this.sender);

  /** List tasks. Tasks and subtasks, newest first. Those of archived and deleted customers are left out. */
  list(
    params: TasksListParams = {},
    options: CallOptions = {},
  ): Paginator<Task> {
    return this.listed(LIST, [], params, options);
  }

  /**
   * Create a task. Adds a task to an onboarding, in its present phase when `phase` is left out. A task of a
   * contact is customer-facing. Send `due_date` for a fixed day, or `due_anchor` and `due_offset` for a
   * planned one.
   */
  create(
    id: Id,
    params: TasksCreateParams,
    options: CallOptions = {},
  ): Promise<Task> {
    return this.called(CREATE, [id], params, options);
  }

  /**
   * Create a subtask. Adds a subtask to a task. Phase and `customer_facing` are those of the task. There is
   * one level.
   */
  createSubtask(
    id: Id,
    params: TasksCreateSubtaskParams,
    options: CallOptions = {},
  ): Promise<Task> {
    return this.called(CREATE_SUBTASK, [id], params, options);
  }

  /** Get a task. One task or subtask, by `id` or `display_id`. */
  get(
    id: Id,
    params: TasksGetParams = {},
    options: CallOptions = {},
  ): Promise<Task> {
    return this.called(GET, [id], params, options);
  }

  /**
   * Update a task. Changes the given keys. `done` completes or reopens. A `due_date` that is sent makes the
   * date fixed, a `due_anchor` makes it planned again. Subtasks follow the phase and `customer_facing` of
   * their parent.
   */
  update(
    id: Id,
    params: TasksUpdateParams = {},
    options: CallOptions = {},
  ): Promise<Task> {
    return this.called(UPDATE, [id], params, options);
  }

  /**
   * Delete a task. Deletes a task softly, with its subtasks. Tasks that depend on it lose that dependency.
   */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<Deleted> {
    return this.called(DELETE, [id], {}, options);
  }

  /**
   * Complete a task. Completes a task, locked or not; a done one stays as it is. Open subtasks stay open
   * unless `complete_subtasks` is true. The last open subtask completes its parent.
   */
  complete(
    id: Id,
    params: TasksCompleteParams = {},
    options: CallOptions = {},
  ): Promise<Task> {
    return this.called(COMPLETE, [id], params, options);
  }

  /**
   * Reopen a task. Opens a done task again; an open one stays as it is. Reopening a subtask also reopens a
   * parent that its subtasks had completed.
   */
  reopen(
    id: Id,
    options: CallOptions = {},
  ): Promise<Task> {
    return this.called(REOPEN, [id], {}, options);
  }
}
