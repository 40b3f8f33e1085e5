import { literal } from './collector-exporters';
import { EMAIL_SHAPE, SECRET_KEYS, SECRET_SHAPES } from '../../runtime/contract';

/** Regular expressions, in RE2's syntax, of values that no backend may see. */
export const SECRET_PATTERNS: readonly string[] = [
  ...SECRET_SHAPES.map(([, pattern]) => pattern),
  EMAIL_SHAPE,
];

/** Attributes that hold what users, models and tools said, in the words of each convention that is about. */
export const CONTENT_KEYS: readonly string[] = [
  '^gen_ai\\.(input\\.messages|output\\.messages|system_instructions|tool\\.definitions)',
  '^gen_ai\\.tool\\.call\\.(arguments|result)',
  '^gen_ai\\.(prompt|completion)(\\.|$)',
  '^gen_ai\\.(content|event\\.content|input|output|choice|message|system\\.message|user\\.message)(\\.|$)',
  // Whatever the provider is called, but for `token_count`: how much was said is no content.
  '^llm\\.([^t.]|t[^o.]|to[^k.]).*\\.(messages|prompt|input|complete_input_dict)',
  '^llm\\.(input_messages|output_messages|prompts|completions|request\\.functions)',
  '^(input|output)\\.value$',
  '^traceloop\\.entity\\.(input|output)$',
  '^(hidden_params|guardrail_response)$',
  '^metadata\\.(user_api_key|requester_|headers|spend_logs|mcp_tool_call|prompt_management|vector_store)',
];

/** Log records that are nothing but content. */
const CONTENT_EVENTS = '^gen_ai\\.';

/** The span in which LiteLLM repeats request and answer, each of their fields by the name that the provider has for it. */
const RAW_REQUEST = 'raw_gen_ai_request';
const RAW_KEYS = '^llm\\.';

/** The processors that take message content out of telemetry, by name. */
export function contentProcessors(): Record<string, object> {
  const fromAttributes = (context: string): string[] => without(`${context}.attributes`);
  const isEvent = (name: string): string => `IsMatch(${name}, ${quoted(CONTENT_EVENTS)})`;
  return {
    'transform/content': {
      // What could not be cleaned goes nowhere.
      error_mode: 'propagate',
      trace_statements: statements({
        span: [
          ...fromAttributes('span'),
          `delete_matching_keys(span.attributes, ${quoted(RAW_KEYS)}) where span.name == ${quoted(RAW_REQUEST)}`,
        ],
        spanevent: fromAttributes('spanevent'),
      }),
      metric_statements: statements({ datapoint: fromAttributes('datapoint') }),
      log_statements: statements({
        log: [
          ...fromAttributes('log'),
          `set(log.body, "") where ${isEvent('log.event_name')} or ${isEvent('log.attributes["event.name"]')}`,
          ...without('log.body').map((statement) => `${statement} where IsMap(log.body)`),
        ],
      }),
    },
  };
}

/** The processors that mask secrets, by name. */
export function secretProcessors(morePatterns: readonly string[]): Record<string, object> {
  const patterns = [...SECRET_PATTERNS, ...morePatterns];
  const any = quoted(anyOf(patterns));
  const mask = (text: string): string => `replace_pattern(${text}, ${any}, "****")`;
  return {
    // What there is beside attributes and bodies, which `redaction` does not reach. The attributes of links are out of reach.
    'transform/secrets': {
      error_mode: 'propagate',
      trace_statements: statements({
        span: [mask('span.name'), mask('span.status.message')],
        spanevent: [mask('spanevent.name')],
      }),
      // Attributes that somebody left out of a metric, content or not, would come back with its examples.
      metric_statements: statements({ exemplar: ['keep_keys(exemplar.filtered_attributes, [])'] }),
      log_statements: statements({ log: [mask('log.event_name')] }),
    },
    redaction: {
      allow_all_keys: true,
      // Lists and maps are texts too, once they are exported.
      redact_all_types: true,
      blocked_key_patterns: SECRET_KEYS.map(literal),
      blocked_values: patterns.map(literal),
      summary: 'silent',
    },
  };
}

/**
 * Statements by what they are carried out for. In one list, those for spans would be carried out for the events of
 * spans, and so never for a span that has none.
 */
function statements(byContext: Record<string, string[]>): object[] {
  return Object.entries(byContext).map(([context, list]) => ({ context, statements: list }));
}

/** A statement for each pattern, so that a manifest shows which of them changed. */
function without(attributes: string): string[] {
  return CONTENT_KEYS.map((pattern) => `delete_matching_keys(${attributes}, ${quoted(pattern)})`);
}

/** Flags that a pattern starts with end with its group. */
function anyOf(patterns: readonly string[]): string {
  return patterns.map((pattern) => `(?:${pattern})`).join('|');
}

/** A text as OTTL's statements have it. */
function quoted(pattern: string): string {
  return literal(JSON.stringify(pattern));
}
