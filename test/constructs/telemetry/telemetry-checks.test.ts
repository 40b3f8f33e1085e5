import { Duration, Size } from 'cdk8s';
import { type Construct } from 'constructs';
import { OtlpExporter, TelemetryStack, type TelemetryStackProps } from '../../../constructs';
import { problemsOf } from '../../support/synth';
import { exporters, keyOf } from './stack-manifests';

test.each([
  ['there is no exporter', [], 'exporters is empty; give at least one, such as OtlpExporter.signoz()'],
  [
    'two exporters have the same name',
    [OtlpExporter.signoz(), OtlpExporter.otlp({ name: 'signoz', endpoint: 'a:1' })],
    'two exporters are called "signoz"; give each a name of its own',
  ],
  [
    'the endpoint has no port',
    [OtlpExporter.otlp({ endpoint: 'otlp.corp.example' })],
    'the endpoint of exporter "backend" is "otlp.corp.example"; give host:port',
  ],
  [
    'the endpoint is a URL',
    [OtlpExporter.otlp({ endpoint: 'https://otlp.corp.example:443' })],
    'the endpoint of exporter "backend" is "https://otlp.corp.example:443"; give host:port',
  ],
  [
    'the name is no component id',
    [OtlpExporter.otlp({ name: 'a/b', endpoint: 'a:1' })],
    'an exporter is called "a/b"; use letters, digits, "-" and "_"',
  ],
])('fails when %s', (_, wrong, problem) => {
  const build = (scope: Construct) => new TelemetryStack(scope, 'telemetry', { exporters: wrong });
  expect(problemsOf(build)).toEqual([`[research/telemetry] ${problem}`]);
});

test.each<[string, Partial<TelemetryStackProps>, string]>([
  [
    'sampling has nothing to sample',
    { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', signals: ['logs'] })], tailSampling: {} },
    'tailSampling is given and no exporter takes traces; leave it out',
  ],
  [
    'there are samplers for one replica',
    { tailSampling: { samplers: 2 } },
    'tailSampling.samplers is 2 and the collector has one replica; leave it out, or give replicas',
  ],
  [
    'more than all is kept',
    { tailSampling: { percentage: 101 } },
    'tailSampling.percentage is 101; give a number from 0 to 100',
  ],
  [
    'no trace is held',
    { tailSampling: { tracesInMemory: 0 } },
    'tailSampling.tracesInMemory is 0; give a whole number, 1 or more',
  ],
  [
    'no time is given to traces',
    { tailSampling: { decisionWait: Duration.millis(10) } },
    'tailSampling.decisionWait is less than a second; give a second or more',
  ],
  [
    'a pattern is none of RE2',
    { redaction: { patterns: ['(?<=id )\\d+'] } },
    'the redaction pattern "(?<=id )\\d+" looks ahead or behind, which RE2 cannot; give one of RE2',
  ],
  ['the ratio is none', { sampleRatio: 10 }, 'sampleRatio is 10; give a number from 0 to 1'],
  [
    'an attribute has no name that can be stated',
    { resourceAttributes: { 'a=b': 'c' } },
    'a resource attribute is called "a=b"; use letters, digits, ".", "_", "-" and "/"',
  ],
  [
    'the queue is too small',
    { persistentQueue: { size: Size.mebibytes(1) } },
    'persistentQueue.size is less than 64 MiB; give more, a batch takes up to some MiB',
  ],
  [
    'it has two accounts',
    { kubernetesAttributes: 'namespace', serviceAccountName: 'mine' },
    'serviceAccountName is "mine"; leave it out, what asks the Kubernetes API has an account of its own',
  ],
  [
    'an exporter takes nothing',
    { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', signals: [] })] },
    'exporter "backend" takes no signals; give some of traces, metrics, logs',
  ],
  [
    'an exporter by HTTP has no URL',
    { exporters: [OtlpExporter.otlp({ protocol: 'http', endpoint: 'ftp://a' })] },
    'the endpoint of exporter "backend" is "ftp://a"; give an http or https URL',
  ],
  [
    'a header has no name',
    { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', headers: { 'x y': 'z' } })] },
    'exporter "backend" has a header "x y"; use letters, digits and "-"',
  ],
])('fails when %s', (_, props, problem) => {
  const build = (scope: Construct) => new TelemetryStack(scope, 'telemetry', { exporters, ...props });
  expect(problemsOf(build)).toEqual([`[research/telemetry] ${problem}`]);
});

test('fails when two secrets share a variable', () => {
  const build = (scope: Construct) => {
    const { secret, key } = keyOf(scope);
    const headers = { 'x-key': { secret, key }, x_key: { secret, key: 'other' } };
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', headers })] });
  };
  expect(problemsOf(build)).toEqual([
    '[research/telemetry] two secrets of exporters share the variable EXPORTER_BACKEND_HEADER_X_KEY; give exporters or headers other names',
  ]);
});

test('fails when a key stands in a header', () => {
  const headers = { 'x-key': ['sk', 'abcdefghijklmnopqrst'].join('-') };
  const build = (scope: Construct) =>
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.otlp({ endpoint: 'a:1', headers })] });
  expect(problemsOf(build)).toEqual([
    '[research/telemetry] exporters.0.headers.x-key holds what looks like a key of a model provider; put it in a Secret and give a SecretValue',
  ]);
});
