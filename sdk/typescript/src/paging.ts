// Lists: lazy walks over all rows of all pages.
import { PivotalError } from "./errors.js";

/** One page of a list. */
export interface Page<T> {
  data: T[];
  hasMore: boolean;
  nextCursor: string | null;
  total?: number;
}

/** All rows of a list. Nothing is asked before the first row is; each walk begins anew. */
export class Paginator<T> implements AsyncIterable<T> {
  readonly #fetch: (cursor: string | undefined) => Promise<Page<T>>;

  constructor(fetch: (cursor: string | undefined) => Promise<Page<T>>) {
    this.#fetch = fetch;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const page of this.pages()) yield* page.data;
  }

  /** Page by page. */
  async *pages(): AsyncGenerator<Page<T>> {
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (;;) {
      const page = await this.#fetch(cursor);
      yield page;
      if (!page.hasMore) return;
      if (page.nextCursor === null || seen.has(page.nextCursor)) {
        throw new PivotalError(`the list does not end: its cursor ${page.nextCursor} leads nowhere new`);
      }
      cursor = page.nextCursor;
      seen.add(cursor);
    }
  }

  /** Only the first page. */
  firstPage(): Promise<Page<T>> {
    return this.#fetch(undefined);
  }

  /** All rows, or the first `max`; pages beyond them are not asked for. */
  async toArray({ max = Infinity }: { max?: number } = {}): Promise<T[]> {
    const rows: T[] = [];
    for await (const page of this.pages()) {
      rows.push(...page.data);
      if (rows.length >= max) return rows.slice(0, max);
    }
    return rows;
  }
}
