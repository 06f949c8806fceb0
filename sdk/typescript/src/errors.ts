// What a call may throw. Every class descends from PivotalError.

/** Anything that this package throws by itself. */
export class PivotalError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No complete answer came, on any try. */
export class ApiConnectionError extends PivotalError {}

/** The last try took too long. */
export class ApiTimeoutError extends ApiConnectionError {}

/** A message is not to be trusted; `reason` names why. */
export class WebhookVerificationError extends PivotalError {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** The `error` of an answer. */
export interface ErrorBody {
  type?: string;
  code?: string;
  message?: string;
  field?: string;
  request_id?: string | undefined;
  doc_url?: string;
}

/** The server refused the call. `code` is the one to branch on; `type` has a class of its own. */
export class ApiError extends PivotalError {
  readonly type: string;
  readonly code: string;
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly docUrl: string | undefined;

  constructor(
    readonly status: number,
    error: ErrorBody,
    readonly retryAfter?: number,
  ) {
    const told = error.message ?? `the server answered ${status}`;
    super(`${status} ${error.code ?? "error"}: ${told}${error.request_id ? ` (request ${error.request_id})` : ""}`);
    this.type = error.type ?? "";
    this.code = error.code ?? "";
    this.field = error.field;
    this.requestId = error.request_id;
    this.docUrl = error.doc_url;
  }
}

/** The request itself is wrong; `field` names the part. */
export class InvalidRequestError extends ApiError {}
/** The key is missing, unknown, revoked or expired. */
export class AuthenticationError extends ApiError {}
/** The key may not do this. */
export class PermissionDeniedError extends ApiError {}
/** There is no such object, or the key may not see it. */
export class NotFoundError extends ApiError {}
/** The object is not in the state that the call presumes. */
export class ConflictError extends ApiError {}
/** Too many calls; `retryAfter` says how many seconds to wait. */
export class RateLimitError extends ApiError {}
/** The server failed. */
export class InternalError extends ApiError {}

const BY_TYPE: Record<string, typeof ApiError> = {
  invalid_request_error: InvalidRequestError,
  authentication_error: AuthenticationError,
  permission_error: PermissionDeniedError,
  not_found: NotFoundError,
  conflict: ConflictError,
  rate_limit_error: RateLimitError,
  internal_error: InternalError,
};

/** The error of its type; one of an unknown type stays an `ApiError`. */
export function errorOf(status: number, error: ErrorBody, retryAfter?: number): ApiError {
  const kind = Object.hasOwn(BY_TYPE, error.type ?? "") ? BY_TYPE[error.type ?? ""] : undefined;
  return new (kind ?? ApiError)(status, error, retryAfter);
}
