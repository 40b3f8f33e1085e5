import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK } from '../../cli/local/ports';
import { LITELLM } from '../components/litellm';
import { type Ends } from './ends';
import { nobodyAt } from './http';
import { mountAbove } from './mounted-text';
import { containersOf, podTemplates } from './objects';
import { Program } from './program';
import { type Manifest } from './synth';

/** A LiteLLM proxy as manifests describe it, or as a test does. */
export interface DeclaredGateway {
  /** Its configuration, in YAML. */
  readonly config: string;
  /** What is beside it, by name. */
  readonly modules?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The one LiteLLM proxy among manifests.
 *
 * @param secretOf what stands under a key of a Secret
 */
export function gatewayIn(
  objects: readonly Manifest[],
  secretOf: (secret: string, key: string) => string,
): DeclaredGateway {
  const gateways = podTemplates(objects).flatMap((pod) => {
    const [container] = containersOf(pod).filter(({ name }) => name === 'model-api');
    return container ? [{ pod, container }] : [];
  });
  expect(gateways).toHaveLength(1);
  const [{ pod, container }] = gateways as [(typeof gateways)[0]];
  const file: string = container.args[container.args.indexOf('--config') + 1];
  const { path, texts } = mountAbove(objects, pod, container, file);
  const { [file.slice(path.length + 1)]: config = '', ...modules } = texts;
  const valueOf = ({ value, valueFrom }: Manifest) =>
    value ?? secretOf(valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key);
  return {
    config,
    modules,
    env: Object.fromEntries(container.env.map((entry: Manifest) => [entry.name, valueOf(entry)])),
  };
}

/** Starts LiteLLM itself, until the tests are over; settles when it takes requests. */
export async function runGateway(
  { config, modules = {}, env }: DeclaredGateway,
  ends: Ends,
): Promise<{ readonly program: Program; readonly url: string }> {
  const directory = ends.directory();
  const file = join(directory, 'config.yaml');
  writeFileSync(file, config);
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(directory, name), text);
  const { port, url, close } = await nobodyAt();
  const args = ['--config', file, '--host', LOOPBACK, '--port', String(port)];
  // What it would fetch at its start it has along, and what it keeps is gone with the test.
  const own = { LITELLM_LOCAL_MODEL_COST_MAP: 'True', HOME: directory, XDG_CACHE_HOME: directory };
  const program = new Program(LITELLM, args, { ...env, ...own });
  ends.add(close, () => program.stop());
  await program.printed(/Uvicorn running on/);
  return { program, url };
}
