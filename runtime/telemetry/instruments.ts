import { type Attributes, type Counter, type Histogram, type Meter } from '@opentelemetry/api';
import { type GenAIGeneration, nameIn } from './conventions';
import { METRIC } from './names';

/** The largest stands beyond the alerts' 30 s, which the SDK's own boundaries never reach. */
const MILLISECONDS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000];
const GEN_AI_SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const MCP_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

interface Shape {
  readonly description: string;
  readonly unit: string;
  /** Of a histogram; a counter has none. */
  readonly boundaries?: number[];
}

const SHAPES: Readonly<Record<string, Shape>> = {
  [METRIC.requests]: { description: 'Request count', unit: '1' },
  [METRIC.requestDuration]: { description: 'Request duration', unit: 'ms', boundaries: MILLISECONDS },
  [METRIC.modelCalls]: { description: 'Model API call count', unit: '1' },
  [METRIC.modelDuration]: { description: 'Model API call duration', unit: 'ms', boundaries: MILLISECONDS },
  [METRIC.toolCalls]: { description: 'Tool call count', unit: '1' },
  [METRIC.toolDuration]: { description: 'Tool call duration', unit: 'ms', boundaries: MILLISECONDS },
  [METRIC.toolRefusals]: { description: 'Tools that were not offered', unit: '1' },
  [METRIC.delegations]: { description: 'Delegation count', unit: '1' },
  [METRIC.delegationDuration]: { description: 'Delegation duration', unit: 'ms', boundaries: MILLISECONDS },
  [METRIC.peerStateChanges]: {
    description: 'Times that a peer was found unavailable, or available again',
    unit: '1',
  },
  [METRIC.genAiOperationDuration]: {
    description: 'GenAI operation duration',
    unit: 's',
    boundaries: GEN_AI_SECONDS,
  },
  [METRIC.genAiTimeToFirstChunk]: {
    description: 'Time to receive the first chunk of a streamed reply',
    unit: 's',
    boundaries: GEN_AI_SECONDS,
  },
  [METRIC.genAiTimePerOutputChunk]: {
    description: 'Time from one chunk of a streamed reply to the next',
    unit: 's',
    boundaries: GEN_AI_SECONDS,
  },
  [METRIC.genAiTokenUsage]: {
    description: 'Input and output tokens used',
    unit: '{token}',
    boundaries: TOKENS,
  },
  ...Object.fromEntries(
    [
      METRIC.genAiInputTokensUsed,
      METRIC.genAiOutputTokensUsed,
      METRIC.genAiCacheReadTokensUsed,
      METRIC.genAiCacheWriteTokensUsed,
      METRIC.genAiReasoningTokensUsed,
    ].map((name) => [name, { description: 'Tokens used', unit: '{token}' }]),
  ),
  ...Object.fromEntries(
    [METRIC.genAiInputTokensOfCall, METRIC.genAiOutputTokensOfCall].map((name) => [
      name,
      { description: 'Tokens used by one call', unit: '{token}', boundaries: TOKENS },
    ]),
  ),
  [METRIC.mcpClientDuration]: {
    description: 'Duration of an MCP request, seen by its sender',
    unit: 's',
    boundaries: MCP_SECONDS,
  },
  [METRIC.mcpServerDuration]: {
    description: 'Duration of an MCP request, seen by its receiver',
    unit: 's',
    boundaries: MCP_SECONDS,
  },
  [METRIC.telemetryDropped]: { description: 'Spans and log records that could not be sent', unit: '{item}' },
};

/** Counters and histograms by name, each created when it is first used. */
export class Instruments {
  private readonly counters = new Map<string, Counter>();
  private readonly histograms = new Map<string, Histogram>();

  constructor(
    private readonly meter: Meter,
    private readonly generation: GenAIGeneration = '1.41',
  ) {}

  count(name: string, attributes: Attributes, times = 1): void {
    const existing = this.counters.get(name);
    const counter = existing ?? this.meter.createCounter(name, SHAPES[name]);
    if (!existing) this.counters.set(name, counter);
    counter.add(times, attributes);
  }

  record(name: string, value: number, attributes: Attributes): void {
    const existing = this.histograms.get(name);
    const histogram = existing ?? this.createHistogram(name);
    if (!existing) this.histograms.set(name, histogram);
    histogram.record(value, attributes);
  }

  private createHistogram(name: string): Histogram {
    const { boundaries, ...shape } = SHAPES[name] ?? {};
    const spoken = nameIn(this.generation, name);
    return this.meter.createHistogram(spoken, { ...shape, advice: { explicitBucketBoundaries: boundaries } });
  }
}
