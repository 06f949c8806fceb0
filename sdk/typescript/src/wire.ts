// Between the keys of the wire and those of TypeScript. Only objects that the API describes are converted: what
// stands in `metadata` and its like is the caller's own and passes untouched.
import { SHAPES } from "./_generated/shapes.js";

/** Any JSON object. */
export type Json = Record<string, unknown>;

/** `created_at` as `createdAt`. */
export const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `createdAt` as `created_at`. */
export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function converted(value: unknown, shape: string, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => converted(entry, shape, rename));
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  const nested = shape.startsWith("[") ? { data: shape.slice(1) } : (SHAPES[shape] ?? {});
  return renamed(value as Json, nested, rename);
}

/** An object with other keys; `nested` names, by the keys of the wire, what is inside. */
export function renamed(value: Json, nested: Record<string, string>, rename: (name: string) => string): Json {
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      const inner = nested[rename === camel ? key : snake(key)];
      return [rename(key), inner === undefined ? entry : converted(entry, inner, rename)];
    }),
  );
}

/** An object of the wire for TypeScript; `shape` names its schema, `[Name` a page of them. */
export const fromWire = (value: unknown, shape: string): unknown => converted(value, shape, camel);
