import { readFile } from 'node:fs/promises';
import { secretFileVariable } from '../contract';
import { ProcessError } from './errors';

/** A secret that should be there cannot be had. The message names the variable, never what it holds. */
export class SecretError extends ProcessError {
  readonly code = 'secret_unreadable';
}

/** A secret from a variable or from a file. Files are read anew each time, so that one may be replaced meanwhile. */
export class Secret {
  private knownBearer: Promise<Record<string, string>> | undefined;

  /** @param variable holds the value; its `_FILE` twin holds the path, and wins */
  constructor(
    private readonly variable: string,
    private readonly value: string | undefined,
    private readonly file: string | undefined,
  ) {}

  /**
   * @returns what it holds without the white space around it, or undefined when none was configured
   * @throws SecretError when its file is missing or empty
   */
  async read(): Promise<string | undefined> {
    if (this.file === undefined) return this.value;
    const fileVariable = secretFileVariable(this.variable);
    let text: string;
    try {
      text = (await readFile(this.file, 'utf8')).trim();
    } catch (error) {
      throw new SecretError(`${fileVariable} names a file that cannot be read`, { cause: error });
    }
    if (text === '') throw new SecretError(`${fileVariable} names a file that is empty`);
    return text;
  }

  /**
   * The header that shows it to an HTTP server; none when no secret was configured. Whoever takes several keys lists
   * them in one Secret, which its callers may have been given as well: of several, the first is shown.
   *
   * @throws SecretError when there is no header that could
   */
  asBearer(): Promise<Record<string, string>> {
    if (this.file !== undefined) return this.read().then((value) => this.bearer(value));
    // For all calls the same.
    return (this.knownBearer ??= this.read().then((value) => this.bearer(value)));
  }

  /**
   * The header of that name that has it as its value; none when no secret was configured.
   *
   * @throws SecretError when there is no header that could
   */
  async asHeader(name: string): Promise<Record<string, string>> {
    const value = await this.read();
    if (value === undefined) return {};
    if (!/^[\x20-\x7e]+$/.test(value)) throw this.noHeader();
    return { [name.toLowerCase()]: value };
  }

  private bearer(value: string | undefined): Record<string, string> {
    const [key] = value?.split(/[,\s]+/) ?? [];
    if (key === undefined) return {};
    if (!/^[\x21-\x7e]+$/.test(key)) throw this.noHeader();
    return { authorization: `Bearer ${key}` };
  }

  /** Said before an HTTP client does, who would repeat the value in its complaint. */
  private noHeader(): SecretError {
    return new SecretError(`${this.variable} holds what no header may hold`);
  }

  /** Why it cannot be had, if it cannot. */
  async problem(): Promise<string | undefined> {
    try {
      await this.read();
      return undefined;
    } catch (error) {
      if (error instanceof SecretError) return error.message;
      throw error;
    }
  }
}
