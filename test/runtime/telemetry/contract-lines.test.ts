import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const AGENT = 'test/runtime/agent';
const TELEMETRY = 'test/runtime/telemetry';
const CONSTRUCTS = 'test/constructs';

type Where = readonly [file: string, title: string];

/**
 * The lines of the telemetry contract, T to keep and X to do better, and the tests that hold them. A line of several
 * parts has several.
 */
const LINES: Readonly<Record<string, readonly Where[]>> = {
  // Whether there is any, and how it starts.
  T1: [[`${TELEMETRY}/start.test.ts`, 'OTEL_SDK_DISABLED=$disabled, service $service, endpoint $endpoint']],
  T2: [
    [`${TELEMETRY}/signals.test.ts`, 'T2: what keeps telemetry from starting is one warning'],
    [`${TELEMETRY}/signals.test.ts`, 'T2, T6: when it is off nothing is injected, recorded or sent'],
  ],
  T3: [[`${AGENT}/spans.test.ts`, 'tracers are named after their service']],
  T4: [
    [`${TELEMETRY}/signals.test.ts`, 'T4, T5: all signals go by gRPC, with one resource'],
    [`${TELEMETRY}/signals.test.ts`, 'T4, T41: the sampler'],
    [`${TELEMETRY}/signals.test.ts`, 'T4: for debugging, spans and records are printed'],
  ],
  T5: [[`${TELEMETRY}/signals.test.ts`, 'T4, T5: all signals go by gRPC, with one resource']],
  T6: [
    [
      `${AGENT}/trace-context.test.ts`,
      'all that the agent calls is told the span that calls it, and the baggage',
    ],
    [`${TELEMETRY}/signals.test.ts`, 'T2, T6: when it is off nothing is injected, recorded or sent'],
  ],
  T7: [[`${TELEMETRY}/signals.test.ts`, 'T7: the log says what telemetry does, and no header']],
  // Spans.
  T8: [
    [`${AGENT}/spans.test.ts`, 'each span says what ran, in the names of KAOS'],
    [`${AGENT}/http/stream-telemetry.test.ts`, 'spans end with the last that is said'],
  ],
  T9: [[`${AGENT}/spans.test.ts`, 'each span says what ran, in the names of KAOS']],
  T10: [
    [`${AGENT}/spans.test.ts`, 'each span says what ran, in the names of KAOS'],
    [`${AGENT}/gen-ai.test.ts`, '§2.3: a model call tells the parameters of the request'],
  ],
  T11: [[`${AGENT}/spans.test.ts`, 'each span says what ran, in the names of KAOS']],
  T12: [
    [`${AGENT}/spans.test.ts`, 'each span says what ran, in the names of KAOS'],
    [`${AGENT}/http/http-spans.test.ts`, '§2.5: with KAOS_OTEL_MCP_SPAN=merge'],
  ],
  T13: [[`${AGENT}/spans.test.ts`, 'each span says what ran, in the names of KAOS']],
  T14: [
    [`${AGENT}/http/http-spans.test.ts`, 'T14, X7: a request that arrives has a SERVER span'],
    [`${AGENT}/http/http-spans.test.ts`, 'T14, T15: neither is there unless asked for'],
  ],
  T15: [[`${AGENT}/http/http-spans.test.ts`, 'T15, X5: a request that is sent has a CLIENT span']],
  T16: [
    [`${AGENT}/spans.test.ts`, 'one request makes one tree, through agents and tools'],
    [
      `${AGENT}/tools/tool-calls.test.ts`,
      'a tool that fails is news for the model, and an error on its spans alone',
    ],
  ],
  T17: [
    [`${AGENT}/logs.test.ts`, 'a failing %s is logged as an error, while its span is open'],
    [`${AGENT}/logs.test.ts`, 'a loop that uses up its steps is a warning'],
  ],
  T18: [
    [
      `${AGENT}/tools/tool-calls.test.ts`,
      'a tool that fails is news for the model, and an error on its spans alone',
    ],
  ],
  // Metrics.
  T19: [[`${AGENT}/metrics.test.ts`, '%s counts each once, and its durations carry the same labels']],
  T20: [[`${AGENT}/metrics.test.ts`, '%s counts each once, and its durations carry the same labels']],
  T21: [[`${AGENT}/metrics.test.ts`, '%s counts each once, and its durations carry the same labels']],
  T22: [[`${AGENT}/metrics.test.ts`, '%s counts each once, and its durations carry the same labels']],
  T23: [[`${AGENT}/metrics.test.ts`, '%s counts each once, and its durations carry the same labels']],
  T24: [
    [`${AGENT}/gen-ai.test.ts`, 'X2, T24: ten thousand names that a model makes up'],
    [`${TELEMETRY}/signals.test.ts`, 'T24: series are bounded, whatever becomes a label'],
  ],
  // Logs.
  T25: [
    [`${AGENT}/logs.test.ts`, 'each record belongs to a span that was still open, and names its logger'],
    [`${TELEMETRY}/log.test.ts`, 'T25: what goes out by OTLP is the same in both'],
  ],
  T26: [
    [`${TELEMETRY}/log.test.ts`, 'T26: text lines are as KAOS writes them'],
    [`${TELEMETRY}/log.test.ts`, 'T26: JSON lines have the same under names'],
  ],
  T27: [[`${AGENT}/logs.test.ts`, 'a failing %s is logged as an error, while its span is open']],
  T28: [
    [`${AGENT}/logs.test.ts`, 'each record belongs to a span that was still open, and names its logger'],
    [`${AGENT}/logs.test.ts`, 'a loop that uses up its steps is a warning'],
  ],
  T29: [[`${AGENT}/logs.test.ts`, 'what is said stays out of spans and logs']],
  T30: [
    ['test/runtime/contract/mcp-server.test.ts', 'logs by MCP_LOG_LEVEL when LOG_LEVEL is not set'],
    ['test/runtime/contract/agent-rejections.test.ts', 'the log level is no level'],
  ],
  T31: [[`${AGENT}/logs.test.ts`, 'each record belongs to a span that was still open, and names its logger']],
  T32: [
    ['test/runtime/contract/telemetry.test.ts', 'T32: fails when %s is %s'],
    ['test/runtime/contract/telemetry.test.ts', 'are read as they were written'],
  ],
  T33: [
    [`${CONSTRUCTS}/model-api/proxy-telemetry.test.ts`, 'without telemetry there is none of its variables'],
    [`${CONSTRUCTS}/model-api/hosted-model.test.ts`, 'Ollama is told how long to keep a model'],
    [`${CONSTRUCTS}/workload/workload-options.test.ts`, "a user's variables win over ours"],
  ],
  // What is passed on.
  T34: [[`${AGENT}/trace-context.test.ts`, 'all that the agent calls is told the span that calls it']],
  T35: [
    [`${AGENT}/trace-context.test.ts`, 'the loop continues the trace of its caller'],
    [`${AGENT}/trace-context.test.ts`, 'asking for a card is no part of the trace'],
    [`${AGENT}/server.test.ts`, 'requests that are refused, and probes, leave no spans'],
    [`${AGENT}/http/http-spans.test.ts`, 'T35: probes and cards have none'],
  ],
  T36: [[`${AGENT}/memory/sessions.test.ts`, 'what happened is there to be read, in the words of KAOS']],
  // What manifests say.
  T37: [
    [`${CONSTRUCTS}/telemetry/telemetry-env.test.ts`, 'a process reports by gRPC, as its resource'],
    [`${CONSTRUCTS}/telemetry/telemetry-env.test.ts`, 'without a target there are no variables'],
  ],
  T38: [
    [`${CONSTRUCTS}/telemetry/telemetry-env.test.ts`, 'LiteLLM has one variable for the exporter'],
    [
      `${CONSTRUCTS}/model-api/litellm-config.test.ts`,
      'with telemetry, requests are reported without their contents',
    ],
  ],
  T39: [
    [
      `${CONSTRUCTS}/model-api/hosted-model.test.ts`,
      'it reaches the registries of its models, and reports to nobody',
    ],
  ],
  T40: [
    [
      `${CONSTRUCTS}/telemetry/telemetry-target.test.ts`,
      'one field takes the place of the stack’s, the others stay',
    ],
    [`${CONSTRUCTS}/telemetry/telemetry-target.test.ts`, 'nothing but an endpoint switches it on'],
  ],
  T41: [
    [
      `${CONSTRUCTS}/telemetry/telemetry-env.test.ts`,
      'a part of traces is recorded, decided where they begin',
    ],
    [`${TELEMETRY}/signals.test.ts`, 'T4, T41: the sampler'],
  ],
  // What KAOS does worse.
  X1: [[`${AGENT}/metrics.test.ts`, '%s counts each once, and its durations carry the same labels']],
  X2: [[`${AGENT}/gen-ai.test.ts`, 'X2, T24: ten thousand names that a model makes up']],
  X3: [[`${AGENT}/logs.test.ts`, 'a failing %s is logged as an error, while its span is open']],
  X4: [
    [
      `${AGENT}/tools/tool-calls.test.ts`,
      'a tool that fails is news for the model, and an error on its spans alone',
    ],
  ],
  X5: [
    [`${AGENT}/trace-context.test.ts`, 'all that the agent calls is told the span that calls it'],
    [`${AGENT}/http/http-spans.test.ts`, 'T15, X5: a request that is sent has a CLIENT span'],
  ],
  X6: [
    [`${AGENT}/http/stream-telemetry.test.ts`, 'a streamed reply continues the trace of its caller'],
    [`${AGENT}/gen-ai.test.ts`, 'X6: a stream that its client leaves counts as no failure'],
  ],
  X7: [[`${AGENT}/http/http-spans.test.ts`, 'T14, X7: a request that arrives has a SERVER span']],
  X8: [
    ['test/runtime/process/shutdown.test.ts', 'spans, metrics and logs of the last request arrive'],
    ['test/runtime/process/shutdown.test.ts', 'a collector that takes connections and never answers'],
    ['test/runtime/process/shutdown.test.ts', 'a collector that is away is no reason to wait, or to fail'],
  ],
  X9: [
    [
      `${CONSTRUCTS}/telemetry/prometheus-metrics.test.ts`,
      'agents count durations by what alerts can ask for',
    ],
  ],
  X10: [
    [`${TELEMETRY}/redaction/canaries.test.ts`, 'no byte of it is a secret'],
    [`${TELEMETRY}/operations.test.ts`, 'X10: an address on a span has neither user nor query'],
  ],
  X11: [
    [`${CONSTRUCTS}/workload/workload-options.test.ts`, 'resource attributes are merged key by key'],
    [`${CONSTRUCTS}/telemetry/deploy-identity.test.ts`, 'X11: what a user calls it takes the place of ours'],
  ],
  X12: [[`${TELEMETRY}/log.test.ts`, 'X12: at TRACE nothing is left out']],
  X13: [['test/runtime/mcp-server/server.test.ts', 'the span of a tool call']],
  X14: [[`${CONSTRUCTS}/model-api/litellm-proxy.test.ts`, 'a proxy is LiteLLM with its configuration']],
};

const KIT = 'test/cli/testing';

/** The points that a trace of any agent system is to meet, with the tests that hold ours to them. */
const POINTS: Readonly<Record<string, readonly Where[]>> = {
  'one request is one trace': [
    [`${KIT}/topologies.test.ts`, 'keep the contract with %s'],
    [`${KIT}/contract.test.ts`, 'an agent tells nobody whom it calls for'],
  ],
  'tokens count once': [[`${KIT}/contract.test.ts`, 'tokens count twice']],
  'a tool call is the parent of its server span': [
    [`${KIT}/contract.test.ts`, 'an agent tells tool servers nothing, neither in headers nor in the message'],
  ],
  'a task that nobody waits for is a new trace, linked to its caller': [
    [
      `${AGENT}/a2a/a2a-linked-task.test.ts`,
      'is a trace of its own, whose root is linked to the span of its caller',
    ],
    [`${KIT}/contract.test.ts`, 'a task that nobody waits for stays in the trace of its caller'],
    [`${KIT}/contract.test.ts`, 'its root is linked to nobody'],
  ],
  'no byte of it is a secret': [
    [`${TELEMETRY}/redaction/canaries.test.ts`, 'no byte of it is a secret'],
    [`${KIT}/contract.test.ts`, 'spans tell what was said'],
  ],
  'names that a model makes up make no series': [
    [`${AGENT}/gen-ai.test.ts`, 'X2, T24: ten thousand names that a model makes up'],
    [`${KIT}/contract.test.ts`, 'a metric has a series for each request'],
  ],
  'an agent that is stopped finishes what it says': [
    [`${KIT}/contract.test.ts`, 'whose agent is stopped meanwhile'],
    [`${KIT}/contract.test.ts`, 'when an agent does not finish what it is at'],
  ],
  'a client that hangs up cancels': [
    [`${KIT}/contract.test.ts`, 'whose client hangs up'],
    [`${KIT}/contract.test.ts`, 'when what was cancelled does not say so'],
  ],
  'a collector that is away changes nothing': [
    [`${KIT}/contract.test.ts`, 'whose collector is away meanwhile'],
    [`${TELEMETRY}/outage.test.ts`, 'spans and log records of an outage arrive, as many as are held'],
  ],
};

test('every line has tests', () => {
  const ids = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  expect(Object.keys(LINES)).toEqual([...ids('T', 41), ...ids('X', 14)]);
});

test.each([...Object.entries(LINES), ...Object.entries(POINTS)])(
  'the tests of %s are there',
  (_line, tests) => {
    for (const [file, title] of tests) {
      const text = readFileSync(join(ROOT, file), 'utf8');
      expect([file, title, text.includes(title)]).toEqual([file, title, true]);
    }
  },
);
