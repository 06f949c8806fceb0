// The types of events. Generated; do not edit.
import type {
  CustomerPayload,
  ContactPayload,
  OnboardingPayload,
  TaskPayload,
  CommentPayload,
  PingPayload,
} from "./models/events.js";

/** What every event has. `kind` is its type where this release knows it: branch on that. */
export interface EventOf<K extends string, T> {
  kind: K;
  id: string;
  type: string;
  createdAt: string;
  orgId: string;
  livemode: boolean;
  apiVersion: string;
  actor: string;
  requestId: string | null;
  data: { object: T; previousAttributes: Record<string, unknown> | null };
}

/** A customer was added, by whatever way. */
export type CustomerCreatedEvent = EventOf<"customer.created", CustomerPayload>;
/** A stored field of a customer changed, its status included. */
export type CustomerUpdatedEvent = EventOf<"customer.updated", CustomerPayload>;
/** The status of a customer changed. */
export type CustomerStatusChangedEvent = EventOf<"customer.status_changed", CustomerPayload>;
/** The status of a customer became `at_risk`. */
export type CustomerAtRiskEvent = EventOf<"customer.at_risk", CustomerPayload>;
/** The status of a customer became `churned`. */
export type CustomerChurnedEvent = EventOf<"customer.churned", CustomerPayload>;
/** A customer was archived; it can still be read. */
export type CustomerArchivedEvent = EventOf<"customer.archived", CustomerPayload>;
/** The health score fell by at least 10 points at a calculation. */
export type CustomerHealthScoreDroppedEvent = EventOf<"customer.health_score_dropped", CustomerPayload>;
/** The health of a customer moved between healthy, watch and at risk. */
export type CustomerHealthBucketChangedEvent = EventOf<"customer.health_bucket_changed", CustomerPayload>;
/** A customer was deleted. */
export type CustomerDeletedEvent = EventOf<"customer.deleted", CustomerPayload>;
/** A contact was added to a customer. */
export type ContactCreatedEvent = EventOf<"contact.created", ContactPayload>;
/** A stored field of a contact changed, or the contact was archived or brought back. */
export type ContactUpdatedEvent = EventOf<"contact.updated", ContactPayload>;
/** A contact was deleted. */
export type ContactDeletedEvent = EventOf<"contact.deleted", ContactPayload>;
/** An onboarding was created. */
export type OnboardingCreatedEvent = EventOf<"onboarding.created", OnboardingPayload>;
/** A stored field of an onboarding itself changed. */
export type OnboardingUpdatedEvent = EventOf<"onboarding.updated", OnboardingPayload>;
/** An onboarding moved to another phase. */
export type OnboardingPhaseChangedEvent = EventOf<"onboarding.phase_changed", OnboardingPayload>;
/** The target launch date was set, moved or cleared. */
export type OnboardingTargetDateChangedEvent = EventOf<"onboarding.target_date_changed", OnboardingPayload>;
/** The state of an onboarding changed. */
export type OnboardingStateChangedEvent = EventOf<"onboarding.state_changed", OnboardingPayload>;
/** The state of an onboarding became `at_risk`. */
export type OnboardingAtRiskEvent = EventOf<"onboarding.at_risk", OnboardingPayload>;
/** An onboarding that was at risk is active or waiting again. */
export type OnboardingBackOnTrackEvent = EventOf<"onboarding.back_on_track", OnboardingPayload>;
/** An onboarding launched. */
export type OnboardingLaunchedEvent = EventOf<"onboarding.launched", OnboardingPayload>;
/** An onboarding is done. */
export type OnboardingCompletedEvent = EventOf<"onboarding.completed", OnboardingPayload>;
/** An onboarding was deleted. */
export type OnboardingDeletedEvent = EventOf<"onboarding.deleted", OnboardingPayload>;
/** A task or subtask was added. */
export type TaskCreatedEvent = EventOf<"task.created", TaskPayload>;
/** A stored field of a task changed, completion included. */
export type TaskUpdatedEvent = EventOf<"task.updated", TaskPayload>;
/** A task was completed, by whomever. */
export type TaskCompletedEvent = EventOf<"task.completed", TaskPayload>;
/** A completed task was opened again. */
export type TaskReopenedEvent = EventOf<"task.reopened", TaskPayload>;
/** A task was deleted. */
export type TaskDeletedEvent = EventOf<"task.deleted", TaskPayload>;
/** A comment was posted on a customer, an onboarding or a task. */
export type CommentCreatedEvent = EventOf<"comment.created", CommentPayload>;
/** The text, visibility or files of a comment changed. */
export type CommentUpdatedEvent = EventOf<"comment.updated", CommentPayload>;
/** A comment was deleted. */
export type CommentDeletedEvent = EventOf<"comment.deleted", CommentPayload>;
/** An endpoint was created, got another URL or was enabled. Only it gets this. */
export type WebhookPingEvent = EventOf<"webhook.ping", PingPayload>;
/** An event of a type that this release does not know. */
export type UnknownEvent = EventOf<"unknown", Record<string, unknown>>;
/** An event too large to be sent whole: its object has only `object`, `id` and `displayId`. */
export type TruncatedEvent = EventOf<"truncated", { object: string; id: string; displayId: number }>;

export type WebhookEvent =
  | CustomerCreatedEvent
  | CustomerUpdatedEvent
  | CustomerStatusChangedEvent
  | CustomerAtRiskEvent
  | CustomerChurnedEvent
  | CustomerArchivedEvent
  | CustomerHealthScoreDroppedEvent
  | CustomerHealthBucketChangedEvent
  | CustomerDeletedEvent
  | ContactCreatedEvent
  | ContactUpdatedEvent
  | ContactDeletedEvent
  | OnboardingCreatedEvent
  | OnboardingUpdatedEvent
  | OnboardingPhaseChangedEvent
  | OnboardingTargetDateChangedEvent
  | OnboardingStateChangedEvent
  | OnboardingAtRiskEvent
  | OnboardingBackOnTrackEvent
  | OnboardingLaunchedEvent
  | OnboardingCompletedEvent
  | OnboardingDeletedEvent
  | TaskCreatedEvent
  | TaskUpdatedEvent
  | TaskCompletedEvent
  | TaskReopenedEvent
  | TaskDeletedEvent
  | CommentCreatedEvent
  | CommentUpdatedEvent
  | CommentDeletedEvent
  | WebhookPingEvent
  | UnknownEvent
  | TruncatedEvent;

export const PAYLOADS: Record<string, string> = {
  "customer.created": "CustomerPayload",
  "customer.updated": "CustomerPayload",
  "customer.status_changed": "CustomerPayload",
  "customer.at_risk": "CustomerPayload",
  "customer.churned": "CustomerPayload",
  "customer.archived": "CustomerPayload",
  "customer.health_score_dropped": "CustomerPayload",
  "customer.health_bucket_changed": "CustomerPayload",
  "customer.deleted": "CustomerPayload",
  "contact.created": "ContactPayload",
  "contact.updated": "ContactPayload",
  "contact.deleted": "ContactPayload",
  "onboarding.created": "OnboardingPayload",
  "onboarding.updated": "OnboardingPayload",
  "onboarding.phase_changed": "OnboardingPayload",
  "onboarding.target_date_changed": "OnboardingPayload",
  "onboarding.state_changed": "OnboardingPayload",
  "onboarding.at_risk": "OnboardingPayload",
  "onboarding.back_on_track": "OnboardingPayload",
  "onboarding.launched": "OnboardingPayload",
  "onboarding.completed": "OnboardingPayload",
  "onboarding.deleted": "OnboardingPayload",
  "task.created": "TaskPayload",
  "task.updated": "TaskPayload",
  "task.completed": "TaskPayload",
  "task.reopened": "TaskPayload",
  "task.deleted": "TaskPayload",
  "comment.created": "CommentPayload",
  "comment.updated": "CommentPayload",
  "comment.deleted": "CommentPayload",
  "webhook.ping": "PingPayload",
};
