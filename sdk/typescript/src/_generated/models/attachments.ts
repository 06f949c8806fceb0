// Objects of `attachments`. Generated; do not edit.

/** A file on a comment or a task. */
export interface Attachment {
  /** Always `attachment`. */
  object: "attachment";
  /** Immutable id, unique on this server. */
  id: string;
  /** Name of the file. */
  name: string;
  /** Size in bytes. */
  size: number;
  /** Type of the content. */
  contentType: string;
  /** Where the file can be fetched for 5 minutes, without a key; only when read by itself. */
  url?: string | undefined;
}

/** Answer to the removal of a file; a second removal answers the same. */
export interface AttachmentDeleted {
  /** Always `deleted`. */
  object: "deleted";
  /** Immutable id, unique on this server. */
  id: string;
  /** Always true. */
  deleted: true;
}
