// Objects of `me`. Generated; do not edit.

/** A key and the workspace it belongs to. */
export interface ApiKeyIdentity {
  /** Always `api_key_identity`. */
  object: "api_key_identity";
  /** Name of the key. */
  keyName: string;
  /** The part of the key that may be shown. */
  keyPrefix: string;
  /** Id of the workspace. */
  orgId: string;
  /** Slug of the workspace. */
  orgSlug: string;
  /** Mode of the key. */
  mode: "live" | "test";
  apiKey: KeyFacts;
  organization: Organization;
}

/** The key that made the request. */
export interface KeyFacts {
  /** Immutable id, unique on this server. */
  id: string;
  /** Name of the key. */
  name: string;
  /** The part of the key that may be shown. */
  prefix: string;
  /** What the key is narrowed to; empty means everything. */
  scopes: string[];
  /** The tier of its rate limit. */
  rateLimitTier: string;
  /** When it expires. */
  expiresAt: string | null;
}

/** The workspace of the key. */
export interface Organization {
  /** Id of the workspace. */
  id: string;
  /** Slug of the workspace. */
  slug: string;
  /** Name of the workspace. */
  name: string;
}
