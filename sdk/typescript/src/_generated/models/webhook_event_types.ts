// Objects of `webhook_event_types`. Generated; do not edit.

/** A type of event that endpoints can ask for. */
export interface WebhookEventType {
  object: "webhook_event_type";
  /** Its name. */
  type: string;
  /** When it is sent. */
  description: string;
  /** Whether `field_filters` can narrow it. */
  supportsFieldFilter: boolean;
  /** The whole body of an example. */
  example: Record<string, unknown>;
}
