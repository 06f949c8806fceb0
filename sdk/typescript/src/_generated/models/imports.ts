// Objects of `imports`. Generated; do not edit.

/** Work that goes on after the answer. */
export interface Job {
  /** Always `job`. */
  object: "job";
  /** Immutable id, unique on this server. */
  id: string;
  /** What kind of work. */
  type: "bulk" | "export" | "import" | "webhook_recovery";
  /** How it stands. */
  status: "canceled" | "completed" | "failed" | "queued" | "running";
  /** How far it is, in figures that depend on the type. */
  counts: Record<string, number>;
  /** What it has made; kept for 7 days. */
  files: JobFile[];
  /** ISO 8601, UTC. */
  createdAt: string;
  /** When it ended. */
  finishedAt: string | null;
  /** Why it failed, if it did. */
  error: JobError | null;
}

/** Why a job failed. */
export interface JobError {
  /** A stable code. */
  code: string;
  /** One sentence for a person. */
  message: string;
}

/** A file that a job has made. */
export interface JobFile {
  /** `result`: what was asked for; `errors`: the rows that could not be taken, and why. */
  role: "errors" | "result";
  /** Name of the file. */
  name: string;
  /** Bytes. */
  size: number;
  /** Media type. */
  contentType: string;
  /**
   * Where it can be fetched without a key for 24 hours, as long as the caller may see the job; every answer
   * has a new link.
   */
  url: string;
}
