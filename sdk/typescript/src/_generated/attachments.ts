// Methods of `attachments`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { FileInput, Id, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Attachment, AttachmentDeleted } from "./models/attachments.js";

const CREATE_FOR_COMMENT: Operation = {
  method: "POST",
  path: "/comments/{id}/attachments",
  returns: "Attachment",
  sends: "form",
  keyed: true,
};
const CREATE_FOR_TASK: Operation = {
  method: "POST",
  path: "/tasks/{id}/attachments",
  returns: "Attachment",
  sends: "form",
  keyed: true,
};
const GET: Operation = {
  method: "GET",
  path: "/attachments/{id}",
  returns: "Attachment",
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/attachments/{id}",
  returns: "AttachmentDeleted",
  keyed: true,
};

/** What `attachments.create_for_comment` takes. */
export interface AttachmentsCreateForCommentParams {
  /** The file, with its name: at most 26214400 bytes. */
  file: FileInput;
}

/** What `attachments.create_for_task` takes. */
export interface AttachmentsCreateForTaskParams {
  /** The file, with its name: at most 26214400 bytes. */
  file: FileInput;
  /** `customer` shows it to the customer, as long as the task is customer-facing. */
  visibility?: "customer" | "internal" | undefined;
}

/** `attachments`. */
export class Attachments extends Resource {

  /**
   * Attach a file to a comment. Puts a file of any type, up to 25 MB, on a comment. Whoever sees the
   * comment sees its files.
   */
  createForComment(
    id: Id,
    params: AttachmentsCreateForCommentParams,
    options: CallOptions = {},
  ): Promise<Attachment> {
    return this.called(CREATE_FOR_COMMENT, [id], params, options);
  }

  /**
   * Attach a file to a task. Puts a file of any type, up to 25 MB, on a task or subtask. It is internal
   * unless `visibility` says otherwise.
   */
  createForTask(
    id: Id,
    params: AttachmentsCreateForTaskParams,
    options: CallOptions = {},
  ): Promise<Attachment> {
    return this.called(CREATE_FOR_TASK, [id], params, options);
  }

  /**
   * Get an attachment. One attachment, with a link at which its file can be fetched without a key for 5
   * minutes.
   */
  get(
    id: Id,
    options: CallOptions = {},
  ): Promise<Attachment> {
    return this.called(GET, [id], {}, options);
  }

  /**
   * Remove an attachment. Removes a file from its comment or task, whoever has put it there. Links to it
   * stop working.
   */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<AttachmentDeleted> {
    return this.called(DELETE, [id], {}, options);
  }
}
