// Objects of `activity`. Generated; do not edit.
import type { Open } from "../../resource.js";

/** One field that changed. */
export interface ActivityChange {
  /** Name of the field; `custom_fields.<slug>` for a custom one. */
  field: string;
  /** Value before. */
  old: unknown;
  /** Value after. */
  new: unknown;
}

/** One thing that happened. */
export interface ActivityEntry {
  object: "activity_entry";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** Canonical name of what happened. */
  event: string;
  target: ActivityTarget;
  /** Kind of the actor. */
  actorType: Open<"api_key" | "contact" | "integration" | "member" | "system">;
  /** Id of the actor, where it has one. */
  actorId: string | null;
  /** Who did it. */
  actor: string;
  /** How it came in. */
  origin: Open<"api" | "app" | "automation" | "bulk" | "command" | "import" | "mail" | "mcp" | "portal" | "slack" | "sync" | "system">;
  /** The fields that changed; empty where none did. */
  diff: ActivityChange[];
  /** The reason that was given. */
  reason: string | null;
  /** Id of the request. */
  requestId: string | null;
  /** What the entries of one bulk act share. */
  bulkId: string | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** The tool of the MCP server with which it was done. */
  tool: string | null;
}

/** What an entry is about, and the records that it belongs to. */
export interface ActivityTarget {
  /** Kind of the record. */
  type: string;
  /** Immutable id, unique on this server. */
  id: string;
  /** Its number, where it has one. */
  displayId: number | null;
  /** Its customer. */
  customerId: string | null;
  /** Its onboarding. */
  onboardingId: string | null;
  /** Its task. */
  taskId: string | null;
  /** Its contact. */
  contactId: string | null;
}
