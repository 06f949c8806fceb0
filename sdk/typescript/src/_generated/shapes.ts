// Which keys of an object hold other objects. Generated; do not edit.
export const SHAPES: Record<string, Record<string, string>> = {
  ActivityEntry: {
    target: "ActivityTarget",
    diff: "ActivityChange",
  },
  ApiKeyIdentity: {
    api_key: "KeyFacts",
    organization: "Organization",
  },
  AppliedTemplate: {
    tasks: "Task",
    skipped: "SkippedTask",
  },
  BulkResult: {
    results: "BulkItem",
  },
  Comment: {
    attachments: "Attachment",
  },
  CommentPayload: {
    attachments: "Attachment",
  },
  Condition: {
    all: "Comparison",
    any: "Comparison",
  },
  Contact: {
    customer: "Customer",
  },
  Customer: {
    contacts: "[Contact",
    onboardings: "[Onboarding",
    owner: "Member",
  },
  Event: {
    data: "EventData",
    delivery_counts: "DeliveryCounts",
  },
  Job: {
    files: "JobFile",
    error: "JobError",
  },
  Onboarding: {
    customer: "Customer",
    csm: "Member",
    tasks: "[Task",
  },
  OnboardingPayload: {
    transition: "Transition",
    shift: "Shift",
  },
  Task: {
    links: "Link",
    customer: "Customer",
    onboarding: "Onboarding",
  },
  TaskPayload: {
    links: "Link",
  },
  Template: {
    applies_when: "Condition",
    tasks: "TemplateTask",
  },
  TemplateSubtask: {
    condition: "Condition",
  },
  TemplateTask: {
    links: "Link",
    condition: "Condition",
    subtasks: "TemplateSubtask",
  },
  WebhookDeliveryWithAttempts: {
    attempts: "WebhookAttempt",
  },
  WebhookEndpoint: {
    previous_secrets: "PreviousSecret",
  },
  WebhookEndpointStats: {
    hours: "StatsHour",
  },
  WebhookResendResult: {
    results: "ResendOutcome",
  },
};
