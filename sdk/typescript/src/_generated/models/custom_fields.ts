// Objects of `custom_fields`. Generated; do not edit.
import type { Open } from "../../resource.js";

/** A field that the workspace has defined for its customers. */
export interface CustomField {
  object: "custom_field";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Key in `custom_fields` of a customer. */
  slug: string;
  /** What people read. */
  label: string;
  /** What its values are. */
  type: Open<"boolean" | "date" | "number" | "select" | "string">;
  /** Heading under which it stands. */
  group: string | null;
  /** Explanation beside it. */
  help: string | null;
  /** The values of a select field, else empty. */
  options: string[];
  /** Whether the form for new customers shows it. */
  askWhenAdding: boolean;
  /** Whether it takes no new values. */
  archived: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. */
  updatedAt: string;
}
