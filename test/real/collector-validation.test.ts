import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Duration, Size } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import fc from 'fast-check';
import { Autoscaling, OtlpExporter, TelemetryStack, type TelemetryStackProps } from '../../constructs';
import { collectorsIn, type DeclaredCollector, refusalOf } from '../support/collectors';
import { pairs } from '../support/pairs';
import { describeWith } from '../support/real-parts';
import { synth } from '../support/synth';
import { synthesized } from '../support/synthesized';

type MakeExporters = (secret: (key: string) => SecretValue) => OtlpExporter[];

/** Values of each option of a stack that its configuration differs by. */
const OPTIONS = {
  exporters: [
    () => [OtlpExporter.otlp({ endpoint: 'otlp.example.com:4317' })],
    () => [
      OtlpExporter.otlp({ name: 'a_b', endpoint: '[fd00::1]:4317', insecure: true, signals: ['traces'] }),
    ],
    (secret) => [
      OtlpExporter.otlp({
        protocol: 'http',
        endpoint: 'https://otlp.example.com:4318/base',
        headers: { 'x-tenant': 'a$b ${HOME}', authorization: secret('auth') },
      }),
    ],
    () => [OtlpExporter.otlp({ endpoint: 'otlp.example.com:4317', signals: ['metrics'] })],
    () => [OtlpExporter.otlp({ endpoint: 'otlp.example.com:4317', signals: ['logs', 'traces'] })],
    () => [OtlpExporter.signoz()],
    (secret) => [OtlpExporter.signoz({ region: 'eu', ingestionKey: secret('key') })],
    () => [OtlpExporter.jaeger()],
    (secret) => [OtlpExporter.uptrace({ dsn: secret('dsn') })],
    (secret) => [
      OtlpExporter.grafanaCloud({ zone: 'prod-eu-west-0', instanceId: '123', token: secret('token') }),
    ],
    () => [OtlpExporter.lgtm()],
    (secret) => [
      OtlpExporter.jaeger(),
      OtlpExporter.signoz({ region: 'us', ingestionKey: secret('key') }),
      OtlpExporter.grafanaCloud({ zone: 'prod-us-east-0', instanceId: '1', token: secret('token') }),
    ],
  ] satisfies MakeExporters[],
  tailSampling: [
    undefined,
    {},
    {
      percentage: 0.5,
      slowerThan: Duration.millis(1),
      decisionWait: Duration.millis(1500),
      tracesInMemory: 1,
    },
    { percentage: 100, slowerThan: Duration.hours(1), decisionWait: Duration.minutes(5) },
    { percentage: 0 },
  ],
  pods: [{}, { replicas: 3 }, { autoscaling: Autoscaling.cpu({ minReplicas: 1, maxReplicas: 4 }) }],
  persistentQueue: [undefined, { size: Size.mebibytes(64) }, { size: Size.gibibytes(10) }],
  kubernetesAttributes: [undefined, 'namespace', 'cluster'],
  spanMetrics: [undefined, false],
  messageContent: [undefined, 'keep', 'remove'],
  redaction: [
    undefined,
    {
      patterns: [
        '\\bcustomer-\\d+"$',
        "it's",
        '(?i)(?:one|two)',
        '\\$\\{env:HOME\\}',
        '\\x{41}[[:alpha:]]{2,1000}',
      ],
    },
  ],
  resourceAttributes: [
    undefined,
    {
      'deployment.environment.name': 'production',
      'a/b-c': '${env:HOME} $1 "quoted" ä: #',
      empty: '',
      number: '007',
    },
  ],
} as const;

type Choice = Readonly<Record<keyof typeof OPTIONS, number>>;

describeWith(['OpenTelemetry Collector'], 'a collector', () => {
  /** What it says, by the digest of what it was asked: many choices lead to the same configuration. */
  const asked = new Map<string, Promise<string>>();

  test('takes the configurations of all apps', async () => {
    const declared = synthesized().flatMap(({ objects }) => collectorsIn(objects));
    expect(declared.length).toBeGreaterThanOrEqual(8);
    expect(await refused(declared)).toEqual([]);
  }, 60_000);

  test('takes what any two options of a stack make of it', async () => {
    const choices = pairs(OPTIONS);
    const declared = choices.flatMap(chosenCollectors);
    expect(new Set(declared.map(({ config }) => config)).size).toBeGreaterThan(choices.length);
    expect(await refused(declared)).toEqual([]);
  }, 120_000);

  test('takes what any options of a stack make of it', async () => {
    const indexes = Object.entries(OPTIONS).map(
      ([name, values]) => [name, fc.nat(values.length - 1)] as const,
    );
    const choice = fc.record(Object.fromEntries(indexes)) as fc.Arbitrary<Choice>;
    const property = fc.asyncProperty(choice, async (chosen) => {
      expect(await refused(chosenCollectors(chosen))).toEqual([]);
    });
    await fc.assert(property, { numRuns: 30, endOnFailure: true });
  }, 120_000);

  test.each<[string, (config: string) => string, RegExp]>([
    ['an unknown processor', (config) => config.replace(/redaction/g, 'reduction'), /reduction/],
    ['an unknown key', (config) => config.replace('blocked_values', 'blocked_value'), /blocked_value/],
    ['a variable that is not there', (config) => config.replace('MY_POD_NAME', 'MY_POT_NAME'), /MY_POT_NAME/],
    ['a broken pattern', (config) => config.replace(/^( +- ).*hf_.*$/m, '$1"(hf_"'), /\(hf_/],
    ['a broken statement', (config) => config.replace('replace_pattern', 'replace_pattem'), /replace_pattem/],
  ])('would say so of %s', async (_, spoil, problem) => {
    const [declared] = chosenCollectors(FIRST);
    if (!declared) throw new Error('no collector');
    expect(await refused([{ ...declared, config: spoil(declared.config) }])).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  /** What it says about those of the configurations that it does not take without a word. */
  async function refused(declared: readonly DeclaredCollector[]): Promise<string[]> {
    const waiting = [...declared];
    const problems: string[] = [];
    const work = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const said = await answerTo(next);
        if (said !== '') problems.push(`${next.name}: ${said}\n${next.config}`);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    return problems;
  }

  function answerTo({ config, env }: DeclaredCollector): Promise<string> {
    // It would take what is missing for nothing, and only say so in its log.
    const names = [...config.replaceAll('$$', '').matchAll(/\$\{(?:env:)?([^}]*)\}/g)].map(
      ([, name = '']) => name,
    );
    const missing = names.filter((name) => !(name in env));
    if (missing.length > 0) return Promise.resolve(`there is no ${missing.join(', ')}`);
    const digest = createHash('sha256')
      .update(JSON.stringify([config, env]))
      .digest('hex');
    const answer = asked.get(digest) ?? refusalOf({ config, env });
    asked.set(digest, answer);
    return answer;
  }
});

const FIRST = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, 0])) as Choice;

function chosenCollectors(choice: Choice): DeclaredCollector[] {
  return collectorsIn(synth((scope) => new TelemetryStack(scope, 'telemetry', propsOf(scope, choice))));
}

function propsOf(scope: Construct, choice: Choice): TelemetryStackProps {
  const chosen = <Name extends keyof typeof OPTIONS>(name: Name) =>
    OPTIONS[name][choice[name]] as (typeof OPTIONS)[Name][number];
  const secret = Secret.fromSecretName(scope, 'secret', 'backend');
  const exporters = chosen('exporters')((key) => ({ secret, key }));
  const takesTraces = exporters.some(({ signals }) => signals.includes('traces'));
  return {
    exporters,
    // Of what no exporter takes nothing can be sampled.
    tailSampling: takesTraces ? chosen('tailSampling') : undefined,
    persistentQueue: chosen('persistentQueue'),
    kubernetesAttributes: chosen('kubernetesAttributes'),
    spanMetrics: chosen('spanMetrics'),
    messageContent: chosen('messageContent'),
    redaction: chosen('redaction'),
    resourceAttributes: chosen('resourceAttributes'),
    ...chosen('pods'),
  };
}
