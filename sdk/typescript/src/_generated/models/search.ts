// Objects of `search`. Generated; do not edit.
import type { Open } from "../../resource.js";

/** A record that was found: enough to show and to fetch it. */
export interface SearchResult {
  object: "search_result";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Kind of the record. */
  type: Open<"contact" | "customer" | "onboarding" | "task">;
  /** Its name; of a task its title. */
  name: string;
  /**
   * What tells it apart: the domain of a customer, the e-mail of a contact, the phase of an onboarding, the
   * due date of a task.
   */
  detail: string | null;
  /** Its customer; of a customer its own id. */
  customerId: string;
  /** Name of that customer. */
  customerName: string;
  /** Its onboarding. */
  onboardingId: string | null;
  /** False when the record was made with a test key. */
  livemode: boolean;
  /** ISO 8601, UTC. */
  updatedAt: string;
}
