/** An error that a process can raise: `code` is for programs, the message for people. */
export abstract class ProcessError extends Error {
  abstract readonly code: string;
  /** How it is logged. */
  readonly severity: 'error' | 'warn' = 'error';
  /** HTTP status of whoever was called, when that is who failed. */
  readonly upstreamStatus: number | undefined;

  constructor(message: string, options: ErrorOptions & { readonly upstreamStatus?: number } = {}) {
    super(message, options);
    this.upstreamStatus = options.upstreamStatus;
  }

  /** What `error.type` says on spans and metrics: of few values, never free text. */
  get type(): string {
    return this.upstreamStatus === undefined ? this.code : String(this.upstreamStatus);
  }
}

/** An error that an HTTP caller gets to see: its message names no inner address and no secret. */
export abstract class HttpError extends ProcessError {
  abstract readonly status: number;
  /** OpenAI's word for whose fault it is. */
  abstract readonly category: 'invalid_request_error' | 'rate_limit_error' | 'api_error' | 'agent_error';
  /** Path of the offending field in the request. */
  readonly param: string | undefined = undefined;
  /** What the reply says beside it. */
  readonly headers: Readonly<Record<string, string>> = {};
}

/** Whoever asked has gone, so the work was given up. It counts as no failure of anybody's. */
export class CancelledError extends HttpError {
  readonly code = 'cancelled';
  readonly status = 499;
  readonly category = 'invalid_request_error';

  constructor() {
    super('the client closed the request');
  }
}

/** Why work was given up: the reason that its signal gives, or else that whoever asked has gone. */
export function reasonOf(signal: AbortSignal): HttpError {
  return signal.reason instanceof HttpError ? signal.reason : new CancelledError();
}

/** The request cannot be understood. */
export class InvalidRequestError extends HttpError {
  readonly code = 'invalid_request';
  readonly status = 400;
  readonly category = 'invalid_request_error';
  override readonly param: string | undefined;

  constructor(message: string, param?: string) {
    super(message);
    this.param = param;
  }
}

/** The caller showed no key, or a wrong one. */
export class AuthenticationError extends HttpError {
  readonly code = 'invalid_api_key';
  override readonly severity = 'warn';
  readonly status = 401;
  readonly category = 'invalid_request_error';

  constructor() {
    super('show one of the agent\'s keys: "Authorization: Bearer <key>"');
  }
}

/** The caller is one that is not answered, whatever it shows. */
export class ForbiddenError extends HttpError {
  readonly code = 'forbidden';
  override readonly severity = 'warn';
  readonly status = 403;
  readonly category = 'invalid_request_error';
}

/** As many requests run as may. */
export class TooManyRequestsError extends HttpError {
  readonly code = 'too_many_requests';
  override readonly severity = 'warn';
  readonly status = 429;
  readonly category = 'rate_limit_error';
  override readonly headers = { 'retry-after': '1' };

  constructor(max: number) {
    super(`${max} requests run already, which is as many as may; ask again soon`);
  }
}

/** The process is about to end, and begins nothing more; another one is there, or soon will be. */
export class DrainingError extends HttpError {
  readonly code = 'draining';
  override readonly severity = 'warn';
  readonly status = 503;
  readonly category = 'api_error';
  override readonly headers = { connection: 'close', 'retry-after': '1' };

  constructor() {
    super('the process finishes what runs and begins nothing more; ask again');
  }
}

/** The process ended before the work was done. */
export class InterruptedError extends HttpError {
  readonly code = 'interrupted';
  override readonly severity = 'warn';
  readonly status = 503;
  readonly category = 'api_error';

  constructor() {
    super('the process that worked on it ended before it was done; ask again');
  }
}

/** Something that the process itself leans on is away, so that it can say neither yes nor no. */
export class UnavailableError extends HttpError {
  readonly status = 503;
  readonly category = 'api_error';

  constructor(
    readonly code: 'keys_unavailable' | 'memory_unavailable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A call is approved or denied where none waits: it was decided on already, or dropped. */
export class ApprovalError extends HttpError {
  readonly code = 'approval_not_pending';
  override readonly severity = 'warn';
  readonly status = 409;
  readonly category = 'invalid_request_error';
  override readonly param = 'approval';

  constructor() {
    super('no call of that session waits for approval');
  }
}

/** There is nothing of that name. */
export class NotFoundError extends HttpError {
  readonly code = 'not_found';
  readonly status = 404;
  readonly category = 'invalid_request_error';
}

/** That asking again may help, and for how many milliseconds to wait before, where the other side said it. */
export interface Repeatable {
  readonly afterMs?: number | undefined;
}

/** The model could not be asked, or gave no usable reply. */
export class ModelError extends HttpError {
  readonly code = 'model_failed';
  readonly status = 502;
  readonly category = 'api_error';
  readonly repeatable: Repeatable | undefined;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly upstreamStatus?: number;
      readonly repeatable?: Repeatable | undefined;
    } = {},
  ) {
    super(message, options);
    this.repeatable = options.repeatable;
  }
}

/** The model's answer is not in the format that the client wants, nor was its second. */
export class ResponseFormatError extends HttpError {
  readonly code = 'response_format_unmet';
  readonly status = 502;
  readonly category = 'api_error';

  constructor() {
    // What is wrong with it is content, and this message goes to traces.
    super('the model gave no answer in the format that response_format asks for');
  }
}

/**
 * The model does not take what it was asked, such as a conversation that is too long or a parameter that it does not
 * have. No server error: asked again, it would say the same.
 */
export class ModelRefusalError extends HttpError {
  readonly code = 'model_refused';
  override readonly severity = 'warn';
  readonly status = 400;
  readonly category = 'invalid_request_error';
}

/** The time of the request is up. */
export class DeadlineError extends HttpError {
  readonly code = 'deadline_exceeded';
  override readonly severity = 'warn';
  readonly status = 504;
  readonly category = 'agent_error';

  constructor(timeoutMs: number) {
    super(`Not done within ${timeoutMs} ms`);
  }
}

/** What `error.type` says of anything thrown. */
export function errorType(error: unknown): string {
  if (error instanceof ProcessError) return error.type;
  if (!(error instanceof Error)) return '_OTHER';
  // JSON-RPC has numbers for them.
  return 'code' in error && Number.isInteger(error.code) ? String(error.code) : error.name;
}
