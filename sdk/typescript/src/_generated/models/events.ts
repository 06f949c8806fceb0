// Objects of `events`. Generated; do not edit.
import type { Open } from "../../resource.js";
import type { Attachment } from "./attachments.js";
import type { Link } from "./tasks.js";

/** A comment as its events carry it; a deleted one has neither body nor attachments. */
export interface CommentPayload {
  /** Always `comment`. */
  object: "comment";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Id of the customer. */
  customerId: string;
  /** Id of the onboarding. */
  onboardingId: string | null;
  /** Id of the task or subtask. */
  taskId: string | null;
  /** `internal`: the team alone; `customer`: the customer reads it too. */
  visibility: "customer" | "internal";
  /** Ids of the members and contacts mentioned in the body. */
  mentions: string[];
  /** Its files, in the order of their arrival. */
  attachments: Attachment[];
  /** Who wrote it, as an actor string. */
  createdBy: string;
  /** When its body last changed. */
  editedAt: string | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
  /** Markdown; null once the comment is deleted. */
  body: string | null;
  /** Present once the record is deleted. */
  deleted?: true | undefined;
}

/** A contact as its events carry it. */
export interface ContactPayload {
  /** Always `contact`. */
  object: "contact";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Id of the customer. */
  customerId: string;
  /** Full name. */
  name: string;
  /** E-mail address. */
  email: string;
  /** Job title. */
  title: string | null;
  /** Telephone number. */
  phone: string | null;
  /** Whether this is the customer's main contact. */
  isPrimary: boolean;
  /** Labels. */
  labels: string[];
  /** Whether the contact is put away. */
  archived: boolean;
  /** Whether the contact may use the portal. */
  portalAccess: boolean;
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
  /** Present once the record is deleted. */
  deleted?: true | undefined;
}

/** A customer as its events carry it. */
export interface CustomerPayload {
  /** Always `customer`. */
  object: "customer";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Name of the company. */
  name: string;
  /** Handle in addresses. */
  slug: string;
  /** Web domain. */
  domain: string | null;
  /** Status. */
  status: Open<"active" | "archived" | "at_risk" | "churned" | "onboarding">;
  /** Plan, free text. */
  plan: string | null;
  /** Monthly recurring revenue. */
  mrr: number | null;
  /** Orders a month. */
  monthlyOrders: number | null;
  /** HubSpot company id. */
  hubspotCompanyId: string | null;
  /** HubSpot deal id. */
  hubspotDealId: string | null;
  /** Stripe customer id. */
  stripeCustomerId: string | null;
  /** Intercom company id. */
  intercomCompanyId: string | null;
  /** Slack channel id. */
  slackChannelId: string | null;
  /** Member who owns the customer. */
  ownerId: string | null;
  /** Tags. */
  tags: string[];
  /** Values of custom fields by slug. */
  customFields: Record<string, unknown>;
  /** Your own data. */
  metadata: Record<string, unknown>;
  /** Your own id of the record. */
  externalId: string | null;
  /** Health from 0 to 100; read-only. */
  healthScore: number | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
  /** Health at the calculation before. */
  previousHealthScore: number | null;
  /** Where its health lies. */
  healthBucket: Open<"at_risk" | "healthy" | "watch"> | null;
  /** Whether its status is `at_risk`. */
  atRisk: boolean;
  /** Whether its status is `churned`. */
  churned: boolean;
  /** Address of the member who is responsible. */
  ownerEmail: string | null;
  /** Present once the record is deleted. */
  deleted?: true | undefined;
}

/** How many deliveries of an event there are, by how they stand. */
export interface DeliveryCounts {
  /** Not finished. */
  pending: number;
  /** Answered with a 2xx at least once. */
  delivered: number;
  /** Finished without a 2xx. */
  failed: number;
}

/** A change of a record, as receivers of webhooks get it, and how its deliveries stand. */
export interface Event {
  /** Always `event`. */
  object: "event";
  /** Id of the event, the same on every delivery. */
  id: string;
  /** What happened. */
  type: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** Id of the workspace. */
  orgId: string;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** Version of the API whose objects it carries. */
  apiVersion: string;
  /** Who did it. */
  actor: string;
  /** Id of the request. */
  requestId: string | null;
  data: EventData;
  /** `none` when no endpoint took it. */
  deliveryState: Open<"delivered" | "failed" | "none" | "pending">;
  deliveryCounts: DeliveryCounts;
}

/** What changed. */
export interface EventData {
  /** The record as it was at the commit, with the extra keys of events. */
  object: Record<string, unknown>;
  /** The old value of every key that changed; null for creations and deletions. */
  previousAttributes: Record<string, unknown> | null;
  /** Present where the record was too large and only its ids stand here. */
  truncated?: true | undefined;
}

/** An onboarding as its events carry it. */
export interface OnboardingPayload {
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
  /** Address of the member who is responsible. */
  ownerEmail: string | null;
  /** Whether its state is `at_risk`. */
  atRisk: boolean;
  /** With `onboarding.phase_changed`. */
  transition?: Transition | undefined;
  /** With `onboarding.target_date_changed`. */
  shift?: Shift | undefined;
  /** With `onboarding.state_changed`: why, such as `customer_churned`. */
  stateReason?: string | null | undefined;
  /** Present once the record is deleted. */
  deleted?: true | undefined;
}

/** What the test message of an endpoint says of it. */
export interface PingPayload {
  /** Always `webhook_endpoint`. */
  object: "webhook_endpoint";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Where it is sent to. */
  url: string;
  /** What the endpoint is for. */
  description: string | null;
  /** The types that it gets. */
  eventTypes: string[];
  /** Whether it gets test events in the place of live ones. */
  testMode: boolean;
  /** A sentence for whoever reads it. */
  message: string;
}

/** A change of the target date. */
export interface Shift {
  /** The date before. */
  from: string | null;
  /** The date now. */
  to: string | null;
  /** Days later, negative for earlier; null without a date on one side. */
  days: number | null;
  /** Why, if that was said. */
  reason: string | null;
  /** How often the date moved in the present phase. */
  shiftsInPhase: number;
}

/** A task as its events carry it. */
export interface TaskPayload {
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
  /** Present once the record is deleted. */
  deleted?: true | undefined;
}

/** A move from one phase to another. */
export interface Transition {
  /** Key of the phase that was left. */
  fromPhase: string;
  /** Key of the phase that was entered. */
  toPhase: string;
  /** To the next phase, further on, or back. */
  direction: "advance" | "send_back" | "skip";
  /** Why, if that was said. */
  reason: string | null;
  /** What was noted on the way. */
  note: string | null;
  /** Who did it. */
  actor: string;
  /** When. */
  at: string;
}
