import { readFileSync } from 'node:fs';
import { type Document, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { UserError } from './errors';

/** Secret values by name and key, for this machine alone. */
export type Secrets = ReadonlyMap<string, ReadonlyMap<string, string>>;

export const noSecrets: Secrets = new Map();

const secret = z.object({
  kind: z.literal('Secret'),
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});

/**
 * Reads Secrets from a file of Kubernetes manifests, as `kubectl create secret … --dry-run=client -o yaml`
 * writes them.
 *
 * @throws UserError when the file cannot be read; its message holds no value
 */
export function readSecrets(file: string): Secrets {
  const secrets = [...parseAllDocuments(read(file))].flatMap((document, index) => {
    const where = `${file}: document ${index + 1}`;
    const object = toObject(document, where);
    return object === null ? [] : [toSecret(object, where)];
  });
  if (secrets.length === 0)
    throw new UserError(`${file} holds no Secret; give manifests of kind Secret, or leave it out`);
  return new Map(secrets);
}

/** What the YAML library has to say stays here: it quotes the text. */
function toObject(document: Document.Parsed, where: string): unknown {
  const [problem] = document.errors;
  if (problem) {
    const line = problem.linePos?.[0].line;
    throw new UserError(
      `${where} is not YAML${line ? ` at line ${line}` : ''}; give manifests of kind Secret`,
    );
  }
  try {
    return document.toJS();
  } catch {
    const fix = 'put text that begins with * in quotes';
    throw new UserError(`${where} refers to an anchor that it does not have; ${fix}`);
  }
}

function toSecret(object: unknown, where: string): readonly [string, ReadonlyMap<string, string>] {
  const parsed = secret.safeParse(object);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    if (path === '' || path === 'kind') {
      throw new UserError(`${where} is not a Secret; give manifests of kind Secret`);
    }
    throw new UserError(`${where}: ${path} is not what a Secret has there; give text, numbers in quotes`);
  }
  const { metadata, data, stringData } = parsed.data;
  const decoded = Object.entries(data).map(
    ([key, value]) => [key, decode(value, `${where}: data.${key}`)] as const,
  );
  return [metadata.name, new Map([...decoded, ...Object.entries(stringData)])];
}

function decode(value: string, where: string): string {
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(
    value.replace(/[\r\n]/g, ''),
  );
  if (!isBase64) throw new UserError(`${where} is not base64; encode it, or move it to stringData`);
  return Buffer.from(value, 'base64').toString();
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`the Secrets file ${file} cannot be read; give a file of Secret manifests`, {
      cause: error,
    });
  }
}
