// Objects of `tasks`. Generated; do not edit.
import type { Customer } from "./customers.js";
import type { Onboarding } from "./onboardings.js";

/** A link of a task. */
export interface Link {
  /** What it is called. */
  label: string;
  /** An http, https or mailto address. */
  url: string;
}

/** A task, or a subtask when it has a parent. */
export interface Task {
  /** Always `task`. */
  object: "task";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Id of the onboarding. */
  onboardingId: string;
  /** Id of the customer. */
  customerId: string;
  /** The task that this one is a subtask of. */
  parentTaskId: string | null;
  /** Key of its phase. */
  phase: string;
  /** What is to be done. */
  title: string;
  /** Details, Markdown. */
  description: string | null;
  /** A member or a contact. */
  assigneeId: string | null;
  /** Address of the assignee. */
  assigneeEmail: string | null;
  /** Calendar day. */
  dueDate: string | null;
  /** Whether it is done. */
  done: boolean;
  /** Whether the customer sees it in the portal. */
  customerFacing: boolean;
  /** When it was done. */
  completedAt: string | null;
  /** Who did it, as an actor string. */
  completedBy: string | null;
  /** Whether the last subtask completed it. */
  auto: boolean;
  /** Links. */
  links: Link[];
  /** Ids of the tasks that must be done first. */
  dependsOn: string[];
  /** What a planned date hangs on; `null` for a fixed one. */
  dueAnchor: string | null;
  /** Days after the anchor. */
  dueOffset: number | null;
  /** Place among its siblings. */
  position: number;
  /** Your own data. */
  metadata: Record<string, unknown>;
  /** Your own id of the record. */
  externalId: string | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
  /** With `expand=customer`: its customer, unless deleted. */
  customer?: Customer | null | undefined;
  /** With `expand=onboarding`: its onboarding, unless deleted. */
  onboarding?: Onboarding | null | undefined;
}
