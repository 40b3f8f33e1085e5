import {
  contentProcessors,
  CONTENT_KEYS,
  SECRET_PATTERNS,
} from '../../../constructs/telemetry/collector-redaction';
import { secretProcessors } from '../../../constructs/telemetry/collector-redaction';
import { SECRET_KEYS, toJavaScript } from '../../../runtime/contract';
import { ATTRIBUTE, CONTENT, LABEL, METRIC, SPAN } from '../../../runtime/telemetry/names';

function matches(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => toJavaScript(pattern)?.test(text));
}

test.each([
  'sk-abcdefghijklmnop',
  'key=sk-ant-api03-abcdefghijkl',
  'Bearer abcdefghijklmnop.qrst',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc',
  'AKIAABCDEFGHIJKLMNOP',
  'ghp_abcdefghijklmnopqrstuvwxyz0123',
  'hf_abcdefghijklmnopqrstuvwxyz0123',
  'postgres://user:password@db:5432',
  'somebody@example.com',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\ncut off',
])('%s is masked', (text) => {
  expect(matches(SECRET_PATTERNS, text)).toBe(true);
});

test.each([
  'task-delegation-received',
  'risk-assessment-of-everything',
  'agent.agentic_loop',
  'http://agent-lead.team.svc.cluster.local:8000/v1',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'gpt-4o-mini-2024-07-18',
  'chatcmpl-9f8e7d6c5b4a39281706f5e4d3c2b1a0',
])('%s is left as it is', (text) => {
  expect(matches(SECRET_PATTERNS, text)).toBe(false);
});

test.each([
  'authorization',
  'http.request.header.Authorization',
  'x-api-key',
  'db.password',
  'access_token',
  'auth.token',
])('the value of %s is masked', (name) => {
  expect(matches(SECRET_KEYS, name)).toBe(true);
});

test('nothing that we emit is masked or removed for its name', () => {
  const spans = Object.values(SPAN).map((name) => (typeof name === 'function' ? name(1 as never) : name));
  const names = [...Object.values(ATTRIBUTE), ...Object.values(LABEL), ...Object.values(METRIC), ...spans];
  const tokens = [
    'llm.token_count.prompt',
    'llm.token_count.prompt_details.input',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.total_tokens',
    'gen_ai.token.type',
    'max_tokens',
  ];
  for (const name of [...names, ...tokens]) {
    expect([name, matches(SECRET_KEYS, name)]).toEqual([name, false]);
    expect([name, matches(SECRET_PATTERNS, name)]).toEqual([name, false]);
    expect([name, matches(CONTENT_KEYS, name)]).toEqual([name, false]);
  }
});

test('all content that we emit is removed', () => {
  expect(Object.values(CONTENT).filter((name) => !matches(CONTENT_KEYS, name))).toEqual([]);
});

test.each([
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.definitions',
  'gen_ai.prompt.0.content',
  'gen_ai.completion.0.content',
  'llm.openai.messages',
  'llm.input_messages.0.message.content',
  'traceloop.entity.input',
  'input.value',
  'hidden_params',
  'llm.together_ai.prompt',
  'metadata.user_api_key_alias',
  'metadata.mcp_tool_call_metadata',
  'metadata.vector_store_request_metadata',
  'guardrail_response',
])('%s is content', (name) => {
  expect(matches(CONTENT_KEYS, name)).toBe(true);
});

test('statements for spans and for their events stand apart', () => {
  // Together they would be carried out for events, and never for a span that has none.
  const processors = { ...contentProcessors(), ...secretProcessors([]) };
  const groups = Object.values(processors).flatMap((processor) => {
    const { trace_statements: traces = [] } = processor as {
      trace_statements?: { context: string; statements: string[] }[];
    };
    return traces;
  });
  expect(groups.map(({ context }) => context)).toEqual(['span', 'spanevent', 'span', 'spanevent']);
  for (const { context, statements } of groups) {
    const others = statements.filter((statement) => !statement.includes(`(${context}.`));
    expect(others).toEqual([]);
  }
});

test('patterns arrive as they were written', () => {
  const { redaction, 'transform/secrets': secrets } = secretProcessors(['\\bcustomer-"\\d+"$']);
  expect(redaction).toMatchObject({
    blocked_values: [...SECRET_PATTERNS, '\\bcustomer-"\\d+"$$'],
    redact_all_types: true,
  });
  const { trace_statements: groups } = secrets as { trace_statements: { statements: string[] }[] };
  const [mask = ''] = groups[1]?.statements ?? [];
  expect(mask).toMatch(/^replace_pattern\(spanevent\.name, ".*", "\*\*\*\*"\)$/);
  expect(mask).toContain('|(?:\\\\bcustomer-\\"\\\\d+\\"$$)"');
});
