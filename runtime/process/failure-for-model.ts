import { ProcessError } from './errors';

/** Something that the model asked for failed, which is news for the model. */
export abstract class FailureForModel extends ProcessError {
  // Loggers write the properties of an error.
  readonly #forModel: string;

  constructor(
    message: string,
    options: ErrorOptions & { readonly forModel?: string; readonly upstreamStatus?: number } = {},
  ) {
    super(message, options);
    this.#forModel = options.forModel ?? message;
  }

  /** What the model is told. Unlike the message it may repeat what the other side said, which is content. */
  get forModel(): string {
    return this.#forModel;
  }
}

/** A tool said that it failed, or could not be called. */
export class ToolError extends FailureForModel {
  constructor(
    readonly code:
      'tool_error' | 'tool_unknown' | 'tool_unavailable' | 'tool_arguments_invalid' | 'tool_timeout',
    message: string,
    options: ErrorOptions & { readonly forModel?: string; readonly upstreamStatus?: number } = {},
  ) {
    super(message, options);
  }
}

/** Another agent did not take the task, or failed at it. */
export class DelegationError extends FailureForModel {
  readonly code = 'delegation_failed';
  /** Whether it gave no answer at all. */
  readonly isUnreachable: boolean;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly forModel?: string;
      readonly upstreamStatus?: number;
      readonly isUnreachable?: boolean;
    } = {},
  ) {
    super(message, options);
    this.isUnreachable = options.isUnreachable ?? false;
  }
}
