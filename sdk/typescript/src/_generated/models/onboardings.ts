// Objects of `onboardings`. Generated; do not edit.
import type { Page } from "../../paging.js";
import type { Open } from "../../resource.js";
import type { Customer } from "./customers.js";
import type { Member } from "./members.js";
import type { Task } from "./tasks.js";

/** What applying a template did. */
export interface AppliedTemplate {
  /** Always `applied_template`. */
  object: "applied_template";
  /** Id of the template. */
  templateId: string;
  /** Id of the onboarding. */
  onboardingId: string;
  /** Version of the template. */
  version: number;
  /** The tasks that were created, each before its subtasks. */
  tasks: Task[];
  /** The tasks that were not, with the reason. */
  skipped: SkippedTask[];
}

/** One onboarding of a customer. */
export interface Onboarding {
  /** Always `onboarding`. */
  object: "onboarding";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Id of the customer. */
  customerId: string;
  /** Name. */
  name: string;
  /** Template chosen at creation. */
  templateId: string | null;
  /** Key of the present phase. */
  phase: string;
  /** State. */
  state: Open<"active" | "at_risk" | "done" | "paused" | "waiting">;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Launch. */
  launchedAt: string | null;
  /** End. */
  completedAt: string | null;
  /** Day of the planned launch, as its midnight UTC. */
  targetLaunchDate: string | null;
  /** Member who is its customer success manager. */
  csmId: string | null;
  /** Member who is its solutions engineer. */
  seId: string | null;
  /** Member who is its designer. */
  designerId: string | null;
  /** Member who is its product operations person. */
  productOpsId: string | null;
  /** Internal notes, Markdown. */
  notes: string | null;
  /** Whether the customer has to act; the same as state `waiting`. */
  waitingOnCustomer: boolean;
  /** Whether reminders go out. */
  remindersEnabled: boolean;
  /** Days between reminders. */
  reminderFrequencyDays: number;
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
  /** With `expand=csm`: the member who is its CSM. */
  csm?: Member | null | undefined;
  /** With `expand=tasks`: its newest 20 tasks and subtasks. */
  tasks?: Page<Task> | undefined;
}

/** A task of the template that was not created. */
export interface SkippedTask {
  /** Its key. */
  key: string;
  /** Its title. */
  title: string;
  /** Why it was skipped. */
  reason: string;
}
