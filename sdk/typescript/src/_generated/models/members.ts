// Objects of `members`. Generated; do not edit.
import type { Open } from "../../resource.js";

/** A person of the workspace. */
export interface Member {
  /** Always `member`. */
  object: "member";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** Name. */
  name: string;
  /** E-mail address. */
  email: string;
  /** Role. */
  role: Open<"admin" | "member" | "owner" | "viewer">;
  /** False once the member was deactivated. */
  active: boolean;
}
