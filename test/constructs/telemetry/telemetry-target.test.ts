import { type Construct } from 'constructs';
import {
  Agent,
  MCPServer,
  ModelAPI,
  OtlpExporter,
  type TelemetryOverride,
  TelemetryStack,
  Tools,
} from '../../../constructs';
import { envOf, find, type Manifest, problemsOf, synth } from '../../support/synth';

const exporters = [OtlpExporter.signoz()];
const collector = 'otel-collector-telemetry.tests.svc.cluster.local';

/** One of each that reports, with the same override, and a stack unless there is to be none. */
function declare(scope: Construct, telemetry: TelemetryOverride, stack = true): void {
  if (stack) new TelemetryStack(scope, 'telemetry', { exporters, sampleRatio: 0.5 });
  const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['*'], telemetry });
  const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');
  new MCPServer(scope, 'greet', { tools, telemetry });
  new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', telemetry });
}

const PROCESSES = ['agent-lead', 'mcpserver-greet'];
const ALL = [...PROCESSES, 'modelapi-models'];

function envsOf(telemetry: TelemetryOverride, names = ALL, stack = true): Record<string, string>[] {
  const manifests = synth((scope) => declare(scope, telemetry, stack));
  return names.map((name) => envOf(find(manifests, 'Deployment', name)));
}

function egressOf(manifests: Manifest[], name: string): Manifest {
  return find(manifests, 'NetworkPolicy', name).spec.egress;
}

test('one field takes the place of the stack’s, the others stay', () => {
  for (const env of envsOf({ sampleRatio: 0.1 })) {
    expect(env).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector}:4317`,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    });
  }
  for (const env of envsOf({ endpoint: 'http://other.example:4317' })) {
    expect(env).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other.example:4317',
      OTEL_TRACES_SAMPLER_ARG: '0.5',
    });
  }
});

test('by HTTP the collector is called on its other port', () => {
  const manifests = synth((scope) => declare(scope, { protocol: 'http' }));
  for (const name of ALL) {
    expect(envOf(find(manifests, 'Deployment', name)).OTEL_EXPORTER_OTLP_ENDPOINT).toBe(
      `http://${collector}:4318`,
    );
    expect(egressOf(manifests, name)).toContainEqual({
      to: [{ podSelector: { matchLabels: { app: 'otel-collector', 'otel-collector': 'telemetry' } } }],
      ports: [{ port: 4318, protocol: 'TCP' }],
    });
  }
  const ingress: { ports: { port: number }[] }[] = find(
    manifests,
    'NetworkPolicy',
    'otel-collector-telemetry',
  ).spec.ingress;
  expect(ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([4318]);
  for (const env of envsOf({ protocol: 'http' }, PROCESSES)) {
    expect(env.OTEL_EXPORTER_OTLP_PROTOCOL).toBe('http/protobuf');
  }
  expect(envsOf({ protocol: 'http' }, ['modelapi-models'])).toMatchObject([{ OTEL_EXPORTER: 'otlp_http' }]);
});

test('an endpoint is enough, no stack is needed', () => {
  for (const env of envsOf({ endpoint: 'http://10.0.0.9:4317' }, ALL, false)) {
    expect(env.OTEL_EXPORTER_OTLP_ENDPOINT).toBe('http://10.0.0.9:4317');
  }
  const manifests = synth((scope) => declare(scope, { endpoint: 'http://10.0.0.9:4317' }, false));
  for (const name of ALL) {
    expect(egressOf(manifests, name)).toContainEqual({
      to: [{ ipBlock: { cidr: '10.0.0.9/32' } }],
      ports: [{ port: 4317, protocol: 'TCP' }],
    });
  }
});

test('switched off, there is neither a variable nor a way', () => {
  const manifests = synth((scope) => declare(scope, { enabled: false }));
  for (const name of ALL) {
    const names = Object.keys(envOf(find(manifests, 'Deployment', name)));
    expect(names.filter((variable) => variable.startsWith('OTEL_'))).toEqual([]);
    expect(JSON.stringify(egressOf(manifests, name))).not.toContain('otel-collector');
  }
});

test('nothing but an endpoint switches it on', () => {
  for (const env of envsOf({ sampleRatio: 0.1 }, ALL, false)) {
    expect(Object.keys(env).filter((variable) => variable.startsWith('OTEL_'))).toEqual([]);
  }
});

test('resource attributes are added to those of all, and variables of the user count most', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters });
    const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');
    new MCPServer(scope, 'greet', {
      tools,
      telemetry: { resourceAttributes: { team: 'blue', tier: '1' } },
      env: { OTEL_RESOURCE_ATTRIBUTES: 'team=red,service.namespace=other' },
    });
  });
  expect(envOf(find(manifests, 'Deployment', 'mcpserver-greet')).OTEL_RESOURCE_ATTRIBUTES).toMatch(
    /^service\.namespace=other,kaos\.resource\.name=greet,service\.version=.+,team=red,tier=1$/,
  );
});

test('content is captured where the stack keeps it', () => {
  const manifests = synth((scope) => {
    new TelemetryStack(scope, 'telemetry', { exporters, messageContent: 'keep' });
    const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['*'] });
    new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', telemetry: { captureMessageContent: true } });
    new Agent(scope, 'other', { modelAPI, model: 'gpt-4o' });
  });
  const variable = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))[variable]).toBe('true');
  expect(envOf(find(manifests, 'Deployment', 'agent-other'))).not.toHaveProperty([variable]);
});

test.each<[string, TelemetryOverride, boolean, string]>([
  [
    'it is on and goes nowhere',
    { enabled: true },
    false,
    'telemetry is enabled and has no endpoint; give one, or declare a TelemetryStack in this scope',
  ],
  [
    'the endpoint is no URL',
    { endpoint: 'collector:4317' },
    true,
    'endpoint is "collector:4317"; give a URL with its port, such as http://collector.monitoring.svc:4317',
  ],
  ['the ratio is none', { sampleRatio: -1 }, true, 'sampleRatio is -1; give a number from 0 to 1'],
  [
    'content is captured and removed',
    { captureMessageContent: true },
    true,
    "telemetry.captureMessageContent is true, and research/telemetry removes message content; set its messageContent to 'keep'",
  ],
  [
    'an attribute has no name',
    { resourceAttributes: { '': 'x' } },
    true,
    'a resource attribute is called ""; use letters, digits, ".", "_", "-" and "/"',
  ],
  [
    'an attribute is longer than SDKs read',
    { resourceAttributes: { team: 'x'.repeat(256) } },
    true,
    'the resource attribute "team" is too long; give 255 characters at most',
  ],
])('fails when %s', (_, telemetry, stack, problem) => {
  expect(problemsOf((scope) => declare(scope, telemetry, stack))).toEqual(
    ['models', 'greet', 'lead'].map((id) => `[research/${id}] ${problem}`),
  );
});

test('fails when a collector that is there does not speak the protocol', () => {
  const build = (scope: Construct) => {
    TelemetryStack.fromEndpoint(scope, 'telemetry', { endpoint: 'http://collector.monitoring.svc:4317' });
    ModelAPI.proxy(scope, 'models', { models: ['*'], telemetry: { protocol: 'http' } });
  };
  expect(problemsOf(build)).toEqual([
    '[research/models] telemetry.protocol is "http", and research/telemetry takes "grpc"; give the endpoint with it',
  ]);
});
