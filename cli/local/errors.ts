/** The user gave up before there was a result. */
export class InterruptedError extends Error {}

/** Something the user can mend: printed as it is, without a stack. */
export class UserError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
  }
}
