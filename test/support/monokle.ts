import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Manifest } from './synth';

const PROCESS = join(__dirname, 'monokle-process.mjs');

interface Answer {
  readonly rules: readonly string[];
  readonly resources: number;
  readonly found: readonly { rule: string; object: string; path: string }[];
}

/** Rules that we break on purpose, where, and why. */
const EXEMPTIONS: readonly { rule: string; objects: RegExp; reason: string }[] = [
  {
    rule: 'practices/cpu-limit',
    objects: /./,
    reason: 'CPU is shared by request; a limit would only slow down what the node has time for',
  },
  {
    rule: 'practices/no-secret-mounted-as-env',
    objects: /^(modelapi-|otel-collector-|mcpserver-tickets\.)/,
    reason:
      'LiteLLM, the collector and tool servers of others take keys from variables alone; our own processes read files',
  },
  {
    rule: 'practices/no-automount-service-account-token',
    objects: /^(otel-collector-|mcpserver-cluster\.)/,
    reason:
      'a collector that is to name the pods that report asks the API of the cluster, tools for Kubernetes do, and no other pod does',
  },
];

/** What Monokle, which is not ours, finds in objects by the restricted standard and by common practice. */
export function monokleProblems(objects: readonly Manifest[]): string[] {
  const { found } = monokle(objects);
  return found
    .filter(({ rule, object }) => !EXEMPTIONS.some((one) => one.rule === rule && one.objects.test(object)))
    .map(({ rule, object, path }) => `${object}: ${path} breaks ${rule}`);
}

/** All that Monokle finds, exempted or not, and the rules it went by. */
export function monokle(objects: readonly Manifest[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROCESS], {
    input: JSON.stringify(objects),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`Monokle ended with ${status}: ${stderr}`);
  const answer: Answer = JSON.parse(stdout);
  if (answer.resources !== objects.length) {
    throw new Error(`Monokle saw ${answer.resources} of ${objects.length} objects`);
  }
  return answer;
}
