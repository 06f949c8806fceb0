// Objects of `health`. Generated; do not edit.

/** A sign of life. */
export interface Health {
  /** Always `ok`. */
  status: "ok";
  /** ISO 8601, UTC. */
  timestamp: string;
  /** Release of the server. */
  version: string;
}
