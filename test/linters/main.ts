import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { outputFiles } from '../support/synthesized';
import { BINARIES, KUBE_SCORE, KUBECONFORM, SCHEMAS, type Tool } from './tools';

/** A finding of kube-score that is not to count. */
interface Exemption {
  readonly check: string;
  readonly finding?: string;
  readonly objects?: string;
}

interface Finding {
  readonly check: string;
  readonly finding: string;
  readonly object: string;
}

/** What kube-score says of one object. */
interface Score {
  readonly object_name: string;
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

/** Runs the linters over all that was synthesized; ends with 1 when one of them finds what is not listed. */
function main(): void {
  const directories = outputFiles();
  const problems = [...kubeconform(directories.flatMap(({ files }) => files)), ...kubeScore(directories)];
  problems.forEach((problem) => console.error(problem));
  const files = directories.reduce((sum, one) => sum + one.files.length, 0);
  console.log(`kubeconform and kube-score on ${files} files: ${problems.length || 'no'} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

function kubeconform(files: readonly string[]): string[] {
  const location = join(SCHEMAS, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
  const { stdout, stderr } = run(KUBECONFORM, [
    '-strict',
    '-output',
    'json',
    '-schema-location',
    location,
    ...files,
  ]);
  if (!stdout.startsWith('{')) return [`kubeconform: ${stderr}${stdout}`];
  const { resources } = JSON.parse(stdout) as { resources: Record<string, string>[] };
  return resources.map(({ kind, name, msg }) => `kubeconform: ${kind}/${name}: ${msg}`);
}

function kubeScore(directories: readonly { files: readonly string[] }[]): string[] {
  const exemptions: Exemption[] = parse(readFileSync(join(__dirname, 'kube-score.yaml'), 'utf8'));
  const findings = directories.flatMap(({ files }) => findingsOf(files));
  return [
    ...findings
      .filter((finding) => !exemptions.some((exemption) => isExempted(finding, exemption)))
      .map(({ object, finding, check }) => `kube-score: ${object}: ${finding} (${check})`),
    ...exemptions
      .filter((exemption) => !findings.some((finding) => isExempted(finding, exemption)))
      .map(
        ({ check, finding = 'anything' }) =>
          `kube-score: nothing is to be exempted from ${check}, ${finding}`,
      ),
  ];
}

/** All that kube-score has to say of what is applied together, warnings too, and whatever objects ask it to ignore. */
function findingsOf(files: readonly string[]): Finding[] {
  const flags = [
    '--output-format',
    'json',
    '--kubernetes-version',
    'v1.28',
    '--disable-ignore-checks-annotations',
  ];
  const { stdout, stderr } = run(KUBE_SCORE, ['score', ...flags, ...files]);
  if (!stdout.startsWith('[')) throw new Error(`kube-score: ${stderr}${stdout}`);
  return (JSON.parse(stdout) as Score[]).flatMap(({ object_name: name, checks }) => {
    const [kind, ...path] = name.split('/');
    return checks
      .filter(({ skipped, grade }) => !skipped && grade < ALL_GOOD)
      .flatMap(({ check, comments }) =>
        (comments ?? []).map(({ summary }) => ({
          check: check.id,
          finding: summary,
          object: `${kind}/${path.at(-1)}`,
        })),
      );
  });
}

const ALL_GOOD = 10;

function isExempted({ check, finding, object }: Finding, exemption: Exemption): boolean {
  return (
    check === exemption.check &&
    (exemption.finding === undefined || finding === exemption.finding) &&
    new RegExp(exemption.objects ?? '').test(object)
  );
}

function run({ name }: Tool, args: readonly string[]): { stdout: string; stderr: string } {
  const file = join(BINARIES, name);
  if (!existsSync(file)) {
    console.error(`${name} is not there; npm run lint:manifests:install puts it there`);
    process.exit(1);
  }
  const { stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (error) throw error;
  return { stdout, stderr };
}

main();
