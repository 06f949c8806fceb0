// What the generated groups of methods stand on.
import { PivotalError } from "./errors.js";
import { Paginator, type Page } from "./paging.js";
import type { Answer, Call, CallOptions, ResponseInfo, Sender } from "./transport.js";
import { fromWire, renamed, snake, type Json } from "./wire.js";

/** An id as the API gives it, or the number that people see. */
export type Id = string | number;
/** A day or a moment: a `Date`, or text such as `2026-05-26` and `2026-05-26T17:21:09Z`. */
export type Moment = string | Date;
/** One of these today, others perhaps tomorrow. */
export type Open<T extends string> = T | (string & {});
/** A file to send. */
export type FileInput = Blob | { name: string; data: Blob | Uint8Array<ArrayBuffer> | string };

/** What the generated code knows of an operation; names are those of the wire. */
export interface Operation {
  method: string;
  path: string;
  /** The schema it returns by status, or for all; `[Name` is a page. */
  returns: string | Record<number, string>;
  query?: readonly string[];
  nested?: Record<string, string>;
  sends?: "json" | "form";
  keyed?: boolean;
}

const ANSWERS = new WeakMap<object, ResponseInfo>();

/** The answer an object or a page came with; nothing for one that came with none of its own. */
export const responseOf = (value: object): ResponseInfo | undefined => ANSWERS.get(value);

/** A group of methods. */
export class Resource {
  protected readonly sender: Sender;

  constructor(sender: Sender) {
    this.sender = sender;
  }

  protected async called<T>(operation: Operation, ids: Id[], params: object, options: CallOptions): Promise<T> {
    return received<T>(operation, await this.sender.send(await callOf(operation, ids, { ...params }), options));
  }

  protected listed<T>(operation: Operation, ids: Id[], params: object, options: CallOptions): Paginator<T> {
    return new Paginator<T>((cursor) =>
      this.called<Page<T>>(operation, ids, cursor === undefined ? params : { ...params, cursor }, options),
    );
  }
}

function received<T>(operation: Operation, answer: Answer): T {
  const { returns } = operation;
  const shape = typeof returns === "string" ? returns : (returns[answer.info.status] ?? "");
  const value = fromWire(answer.data, shape) as T & object;
  ANSWERS.set(value, answer.info);
  return value;
}

async function callOf(operation: Operation, ids: Id[], params: Json): Promise<Call> {
  const left = [...ids];
  const path = operation.path.replace(/\{\w+\}/g, () => {
    const id = String(left.shift());
    // Such a part would lead to another path than the one meant.
    if (id === "" || id === "." || id === "..") throw new PivotalError(`${JSON.stringify(id)} is no id`);
    return encodeURIComponent(id);
  });
  const { file, ...others } = params;
  const wire = renamed(others, operation.nested ?? {}, snake);
  const query = new URLSearchParams();
  for (const name of operation.query ?? []) {
    const value = wire[name];
    delete wire[name];
    if (value === undefined || value === null) continue;
    for (const entry of Array.isArray(value) ? value : [value]) query.append(name, text(entry));
  }
  const call: Call = { method: operation.method, path, query, keyed: operation.keyed ?? false };
  for (const [name, value] of Object.entries(wire)) {
    if (name.endsWith("_id") && typeof value === "number") wire[name] = String(value);
  }
  if (operation.sends === "json") call.body = JSON.stringify(wire);
  if (operation.sends === "form") call.body = await form(file as FileInput, wire);
  return call;
}

async function form(file: FileInput, fields: Json): Promise<FormData> {
  const sent = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null) sent.set(name, text(value));
  }
  const data = file instanceof Blob ? file : file.data;
  const name = file instanceof File ? file.name : file instanceof Blob ? "file" : file.name;
  // Read whole, so that each try sends all of it.
  sent.set("file", new Blob([data instanceof Blob ? await data.arrayBuffer() : data]), name);
  return sent;
}

const text = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));
