// Objects of `templates`. Generated; do not edit.
import type { Link } from "./tasks.js";

/** One comparison on a field of the customer. */
export interface Comparison {
  /** `status`, `plan`, `owner_id`, `tags`, `domain`, `mrr`, `monthly_orders` or `custom_fields.<slug>`. */
  field: string;
  /** How it is compared. On an empty field only negations and `is_empty` hold. */
  operator: "any_of" | "between" | "contains" | "equals" | "greater" | "has_tag" | "is_empty" | "is_set" | "less" | "none_of" | "not_equals";
  /** With what: a list for `any_of`, `none_of` and `between`, else one value. */
  value?: unknown | undefined;
}

/** All, or any, of some comparisons. */
export interface Condition {
  /** Each of these holds. */
  all?: Comparison[] | undefined;
  /** At least one of these holds. */
  any?: Comparison[] | undefined;
}

/** A saved bundle of tasks for one phase. */
export interface Template {
  /** Always `template`. */
  object: "template";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Name. */
  name: string;
  /** What it is for. */
  description: string | null;
  /** Key of its phase. */
  phase: string;
  /** Whether it is applied on entering the phase. Setting it clears the one before. */
  defaultForPhase: boolean;
  /** Condition on the customer. */
  appliesWhen: Condition | null;
  /** Its tasks, in order. */
  tasks: TemplateTask[];
  /** Counts its changes, from 1. */
  version: number;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
}

/** A subtask in a template. Its date hangs on what the date of its task hangs on. */
export interface TemplateSubtask {
  /** Names it within the template, for good; made when left out. */
  key?: string | undefined;
  /** What is to be done. */
  title: string;
  /**
   * `csm`, `se`, `designer`, `product_ops`, `account_owner`, `customer_primary_contact`, `member:<id>` or
   * `none`.
   */
  assigneeRule?: string | undefined;
  /** Days after the anchor; negative is before it. */
  dueOffset?: number | null | undefined;
  /** Condition on the customer; `null` for always. */
  condition?: Condition | null | undefined;
}

/** A task in a template. */
export interface TemplateTask {
  /** Names it within the template, for good; made when left out. */
  key?: string | undefined;
  /** What is to be done. */
  title: string;
  /** Details, Markdown. */
  description?: string | null | undefined;
  /**
   * `csm`, `se`, `designer`, `product_ops`, `account_owner`, `customer_primary_contact`, `member:<id>` or
   * `none`.
   */
  assigneeRule?: string | undefined;
  /** `phase_start`, `target_launch` or `task:<key>`; `null` for no date. */
  dueAnchor?: string | null | undefined;
  /** Days after the anchor; negative is before it. */
  dueOffset?: number | null | undefined;
  /** Whether the customer sees it in the portal. */
  customerFacing?: boolean | undefined;
  /** Links. */
  links?: Link[] | undefined;
  /** Condition on the customer; `null` for always. */
  condition?: Condition | null | undefined;
  /** Keys of tasks of this template. */
  dependsOn?: string[] | undefined;
  /** Its subtasks. */
  subtasks?: TemplateSubtask[] | undefined;
}
