import { Duration, Size } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, type AgentProps, Autoscaling, Egress, Memory, ModelAPI } from '../../../constructs';
import { envOf, find, type Manifest, problemsOf, synth, validationError } from '../../support/synth';

function agent(scope: Construct, id: string, props: Partial<AgentProps> = {}): Agent {
  const existing = scope.node.tryFindChild('models') as ModelAPI | undefined;
  const modelAPI = existing ?? ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
  return new Agent(scope, id, { modelAPI, model: 'gpt-4o', ...props });
}

function podOf(manifests: readonly Manifest[], name: string): Manifest {
  return find(manifests, 'Deployment', name).spec.template.spec;
}

test('limits and times reach the process', () => {
  const manifests = synth((scope) =>
    agent(scope, 'lead', {
      maxSteps: 7,
      maxTotalSteps: 40,
      maxToolCalls: 20,
      maxTokens: 50_000,
      maxDelegationDepth: 3,
      requestTimeout: Duration.minutes(5),
      taskTimeout: Duration.minutes(6),
      modelTimeout: Duration.seconds(90),
      toolTimeout: Duration.seconds(10),
      delegationTimeout: Duration.minutes(2),
    }),
  );
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    AGENTIC_LOOP_MAX_STEPS: '7',
    MAX_TOTAL_STEPS: '40',
    MAX_TOOL_CALLS: '20',
    MAX_TOKENS: '50000',
    MAX_DELEGATION_DEPTH: '3',
    REQUEST_TIMEOUT_MS: '300000',
    TASK_TIMEOUT_MS: '360000',
    MODEL_TIMEOUT_MS: '90000',
    TOOL_TIMEOUT_MS: '10000',
    DELEGATION_TIMEOUT_MS: '120000',
  });
});

test('sessions in Redis are shared by several pods, and the way there is open', () => {
  const manifests = synth((scope) => {
    const password = { secret: Secret.fromSecretName(scope, 'redis', 'redis'), key: 'password' };
    const memory = Memory.redis({
      host: 'redis.data.svc.cluster.local',
      password,
      contextLimit: 10,
      ttl: Duration.hours(1),
    });
    agent(scope, 'lead', { memory, replicas: 3 });
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    MEMORY_TYPE: 'redis',
    MEMORY_REDIS_URL: 'redis://redis.data.svc.cluster.local:6379',
    MEMORY_REDIS_PASSWORD_FILE: '/etc/kaos/secrets/redis/password',
    MEMORY_CONTEXT_LIMIT: '10',
    MEMORY_TTL_SECONDS: '3600',
    MEMORY_REDIS_PREFIX: 'kaos.tests',
  });
  expect(find(manifests, 'NetworkPolicy', 'agent-lead').spec.egress).toContainEqual({
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'data' } } }],
  });
});

test('an agent with keys asks for one, and those that delegate to it have it', () => {
  const manifests = synth((scope) => {
    const apiKeys = { secret: Secret.fromSecretName(scope, 'keys', 'helper-keys'), key: 'keys' };
    agent(scope, 'lead', { subAgents: [agent(scope, 'my-helper', { apiKeys })] });
  });
  const path = '/etc/kaos/secrets/helper-keys/keys';
  expect(envOf(find(manifests, 'Deployment', 'agent-my-helper'))).toMatchObject({
    AGENT_API_KEYS_FILE: path,
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    PEER_AGENT_MY_HELPER_API_KEY_FILE: path,
  });
  expect(podOf(manifests, 'agent-lead').volumes).toContainEqual({
    name: 'secret-0',
    secret: { secretName: 'helper-keys', items: [{ key: 'keys', path: 'keys' }] },
  });
});

test('an agent elsewhere is spoken to in its own protocol, and nothing is rendered for it', () => {
  const manifests = synth((scope) => {
    const apiKey = { secret: Secret.fromSecretName(scope, 'partner-key', 'partner'), key: 'token' };
    const partner = Agent.fromUrl(scope, 'partner', { url: 'https://agents.example/a2a/', apiKey });
    const writer = Agent.fromUrl(scope, 'writer', {
      url: 'http://10.1.2.3:9000',
      protocol: 'openai',
      model: 'writer-2',
      description: 'Writes.',
      egress: Egress.toCidr('10.1.0.0/16', 9000),
    });
    agent(scope, 'lead', { subAgents: [partner, writer] });
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    PEER_AGENTS: 'partner,writer',
    PEER_AGENT_PARTNER_CARD_URL: 'https://agents.example/a2a',
    PEER_AGENT_PARTNER_PROTOCOL: 'a2a',
    PEER_AGENT_PARTNER_API_KEY_FILE: '/etc/kaos/secrets/partner/token',
    PEER_AGENT_WRITER_PROTOCOL: 'openai',
    PEER_AGENT_WRITER_MODEL: 'writer-2',
    PEER_AGENT_WRITER_DESCRIPTION: 'Writes.',
  });
  const { egress } = find(manifests, 'NetworkPolicy', 'agent-lead').spec;
  expect(egress).toContainEqual({
    to: [{ ipBlock: { cidr: '10.1.0.0/16' } }],
    ports: [{ port: 9000, protocol: 'TCP' }],
  });
  expect(manifests.filter(({ kind }) => kind === 'Deployment')).toHaveLength(2);
});

test('agents may delegate in a circle that is declared', () => {
  const manifests = synth((scope) => {
    const reviewer = agent(scope, 'reviewer');
    const writer = agent(scope, 'writer', { subAgents: [reviewer] });
    reviewer.addSubAgent(writer, { allowCycle: true });
    expect(reviewer.subAgents).toEqual([]);
    expect(reviewer.delegates).toEqual([writer]);
  });
  expect(envOf(find(manifests, 'Deployment', 'agent-reviewer'))).toMatchObject({
    PEER_AGENTS: 'writer',
    PEER_AGENT_WRITER_ALLOW_CYCLE: 'true',
  });
  const writer = envOf(find(manifests, 'Deployment', 'agent-writer'));
  expect(Object.keys(writer).join()).not.toContain('ALLOW_CYCLE');
});

test('fails when a circle is declared on another edge than the one that closes it', () => {
  const build = () =>
    synth((scope) => {
      const [a, b, c] = [agent(scope, 'a'), agent(scope, 'b'), agent(scope, 'c')];
      a.addSubAgent(b);
      b.addSubAgent(a);
      b.addSubAgent(c, { allowCycle: true });
    });
  expect(build).toThrow(
    validationError(
      '[research/a] agents delegate in a circle, research/a -> research/b -> research/a; ' +
        'leave one of them out of subAgents, or add it by addSubAgent with allowCycle',
    ),
  );
});

test('how tools are called reaches the process', () => {
  const manifests = synth((scope) =>
    agent(scope, 'lead', {
      toolCallMode: 'text',
      toolApproval: ['delete_*', 'crm/refund'],
      maxParallelToolCalls: 2,
      maxToolResultChars: 5000,
      maxContextTokens: 100_000,
      publicUrl: 'https://agents.example.com/lead',
      allowedOrigins: ['https://chat.example.com'],
      maxConcurrentRequests: 32,
      maxBodySize: Size.mebibytes(1),
      modelRetries: 0,
      memory: Memory.redis({ host: 'redis.data.svc', required: true, keyPrefix: 'desk' }),
    }),
  );
  expect(envOf(find(manifests, 'Deployment', 'agent-lead'))).toMatchObject({
    TOOL_CALL_MODE: 'text',
    TOOL_APPROVAL: 'delete_*,crm/refund',
    MAX_PARALLEL_TOOL_CALLS: '2',
    MAX_TOOL_RESULT_CHARS: '5000',
    MAX_CONTEXT_TOKENS: '100000',
    AGENT_PUBLIC_URL: 'https://agents.example.com/lead',
    CORS_ALLOWED_ORIGINS: 'https://chat.example.com',
    MAX_CONCURRENT_REQUESTS: '32',
    MAX_BODY_BYTES: '1048576',
    MODEL_MAX_RETRIES: '0',
    MEMORY_REQUIRED: 'true',
    MEMORY_REDIS_PREFIX: 'desk',
  });
});

const LOCAL = 'give memory: Memory.redis(…) or Memory.none()';

test.each<[string, Partial<AgentProps>, string]>([
  [
    'several pods remember each for itself',
    { replicas: 2 },
    `2 pods keep sessions each for itself; ${LOCAL}`,
  ],
  [
    'pods that may become several remember each for itself',
    { autoscaling: Autoscaling.cpu({ maxReplicas: 4 }), memory: Memory.local() },
    `4 pods keep sessions each for itself; ${LOCAL}`,
  ],
  ['maxToolCalls is 0', { maxToolCalls: 0 }, 'maxToolCalls is 0; give a whole number, 1 or more'],
  [
    'calls that wait cannot be kept',
    { toolApproval: ['refund'], memory: Memory.none() },
    'toolApproval is given beside Memory.none(); give a memory, which keeps the calls that wait',
  ],
  [
    'a tool to approve of has no name',
    { toolApproval: ['a b'] },
    'toolApproval has "a b"; give a tool, server/tool, or either with *',
  ],
  [
    'an origin has a path',
    { allowedOrigins: ['https://chat.example.com/'] },
    'allowedOrigins has "https://chat.example.com/"; give scheme and host, without a path',
  ],
  ['modelRetries is below 0', { modelRetries: -1 }, 'modelRetries is -1; give a whole number, 0 or more'],
  [
    'a body is larger than memory',
    { maxBodySize: Size.gibibytes(1) },
    'maxBodySize is 1073741824 bytes; give 1 to 268435456',
  ],
  ['publicUrl is a path', { publicUrl: '/lead' }, 'publicUrl is "/lead"; give an http or https URL'],
  [
    'a prefix is no part of a key',
    { memory: Memory.redis({ host: 'redis.data.svc', keyPrefix: 'a b' }) },
    'keyPrefix of memory is "a b"; give 1 to 128 letters, digits, ".", ":", "-" or "_"',
  ],
  ['maxTotalSteps is no count', { maxTotalSteps: 0 }, 'maxTotalSteps is 0; give a whole number, 1 or more'],
  ['maxTokens is no count', { maxTokens: 0.5 }, 'maxTokens is 0.5; give a whole number, 1 or more'],
  [
    'maxDelegationDepth is beyond what requests can say',
    { maxDelegationDepth: 65 },
    'maxDelegationDepth is 65; give a whole number, 1 to 64',
  ],
  [
    'a timeout is beyond what timers can do',
    { requestTimeout: Duration.days(30) },
    'requestTimeout is 2592000000 ms; give 1 to 2147483647 ms',
  ],
  [
    'a limit of memory is no count',
    { memory: Memory.local({ maxSessions: 0 }) },
    'maxSessions of memory is 0; give a whole number, 1 or more',
  ],
  [
    'the host of Redis is a URL',
    { memory: Memory.redis({ host: 'redis://redis' }) },
    'the host of redis is "redis://redis"; give a name or an address, without scheme or port',
  ],
])('fails when %s', (_, props, problem) => {
  expect(problemsOf((scope) => agent(scope, 'lead', props))).toEqual([`[research/lead] ${problem}`]);
});

test('fails when an agent elsewhere cannot be reached or asked', () => {
  const build = (scope: Construct) => {
    Agent.fromUrl(scope, 'ftp', { url: 'ftp://agents.example' });
    Agent.fromUrl(scope, 'told', { url: 'https://agents.example', model: 'x' });
  };
  expect(problemsOf(build)).toEqual([
    '[research/ftp] url is "ftp://agents.example"; give an http or https URL',
    '[research/told] model or description is given beside protocol "a2a"; leave it out: its card tells',
  ]);
});

test.each([
  ['redis.data.svc', 'redis://redis.data.svc:6379'],
  ['10.0.0.7', 'redis://10.0.0.7:6379'],
  ['fd00::7', 'redis://[fd00::7]:6379'],
])('Redis at %s is %s', (host, url) => {
  const manifests = synth((scope) => agent(scope, 'lead', { memory: Memory.redis({ host }) }));
  expect(envOf(find(manifests, 'Deployment', 'agent-lead')).MEMORY_REDIS_URL).toBe(url);
});
