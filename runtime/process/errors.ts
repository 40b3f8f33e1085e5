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
  abstract readonly category: 'invalid_request_error' | 'api_error' | 'agent_error';
  /** Path of the offending field in the request. */
  readonly param: string | undefined = undefined;
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

/** The model could not be asked, or gave no usable reply. */
export class ModelError extends HttpError {
  readonly code = 'model_failed';
  readonly status = 502;
  readonly category = 'api_error';
}

/**
 * The loop used up its steps without an answer. Not a server error: clients repeat those by themselves, and
 * a repeated loop costs as much again.
 */
export class StepLimitError extends HttpError {
  readonly code = 'max_steps_reached';
  override readonly severity = 'warn';
  readonly status = 422;
  readonly category = 'agent_error';

  constructor(maxSteps: number) {
    super(`Reached maximum reasoning steps (${maxSteps})`);
  }
}

/** A tool said that it failed, or could not be called. */
export class ToolError extends ProcessError {
  readonly code: 'tool_error' | 'tool_unknown' | 'tool_unavailable' | 'tool_arguments_invalid';
  /** What the model is told. Unlike the message it may repeat what the tool said, which is content. */
  readonly forModel: string;

  constructor(code: ToolError['code'], message: string, options: ErrorOptions & { forModel?: string } = {}) {
    super(message, options);
    this.code = code;
    this.forModel = options.forModel ?? message;
  }
}

/** Another agent did not take the task, or failed at it. The message goes to the model. */
export class DelegationError extends ProcessError {
  readonly code = 'delegation_failed';
}

/** What `error.type` says of anything thrown. */
export function errorType(error: unknown): string {
  if (error instanceof ProcessError) return error.type;
  return error instanceof Error ? error.name : '_OTHER';
}
