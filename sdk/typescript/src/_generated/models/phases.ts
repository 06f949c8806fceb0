// Objects of `phases`. Generated; do not edit.
import type { Open } from "../../resource.js";

/** One phase that every onboarding of the workspace goes through. */
export interface Phase {
  object: "phase";
  /** Immutable id, unique on this server. */
  id: string;
  /** Small number, unique per workspace and object type. */
  displayId: number;
  /** What `phase` of an onboarding or task holds. */
  key: string;
  /** Name. */
  name: string;
  /** How many days it should take. */
  targetDays: number | null;
  /** `launch` is where customers go live, `terminal` the end. */
  kind: Open<"launch" | "normal" | "terminal">;
  /** Place in the order of phases, from 1. */
  position: number;
  /** Template applied on entering the phase. */
  defaultTemplateId: string | null;
}
