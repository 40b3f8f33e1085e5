import { ConfigError } from './env-reader';

/** Annotation of a server whose image is not ours: what runs it on a laptop, where there are no images. */
export const LOCAL_COMMAND_ANNOTATION = 'kaos.dev/local-command';

/** Stands for the port to listen on, in the command and its variables. */
export const PORT_PLACEHOLDER = '$PORT';

/** What runs a server outside a cluster. */
export interface LocalCommand {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Variables in place of those that the container has. */
  readonly env?: Readonly<Record<string, string>>;
}

export function localCommandToText({ command, env }: LocalCommand): string {
  return JSON.stringify({ command, env });
}

/** @throws ConfigError when the text is none that `localCommandToText` writes */
export function localCommandFromText(text: string): LocalCommand {
  const { command, env } = parsed(text);
  const isCommand = isTexts(command) && command.length > 0;
  const isEnv = env === undefined || (isObject(env) && isTexts(Object.values(env)));
  if (!isCommand || !isEnv) throw wrong();
  return { command, ...(env && { env: env as Record<string, string> }) };
}

/** The command for a port. */
export function withPort({ command, env = {} }: LocalCommand, port: number): Required<LocalCommand> {
  const fill = (text: string) => text.replaceAll(PORT_PLACEHOLDER, String(port));
  return {
    command: command.map(fill),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw wrong();
}

function wrong(): ConfigError {
  return new ConfigError([
    `annotation ${LOCAL_COMMAND_ANNOTATION} is no command; give {"command":["program","argument"]}`,
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
