import { Chart } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import {
  Agent,
  Callers,
  Cluster,
  Exposure,
  ExternalSecret,
  MCPServer,
  Memory,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
  Tools,
} from '../constructs';
import { type Environment } from './environments';

/** A front desk that leaves questions to a technician or an accountant: the same in every environment. */
export class Support extends Chart {
  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id, { namespace: environment.namespace });
    const { stage, hostname, gateway, replicas, redisHost, imageRegistry, imageDigests } = environment;
    Cluster.configure(this, { imageRegistry, imageDigests, requireDigests: stage === 'prod' });

    new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const { provider, master, callers, redis } = keysOf(this, environment);
    const models = ModelAPI.proxy(this, 'models', {
      provider: 'openai',
      models: ['gpt-4o', 'gpt-4o-mini'],
      apiKey: provider,
      masterKey: master,
      replicas,
    });
    const handbook = new MCPServer(this, 'handbook', {
      tools: Tools.fromModule('apps/tools/echo.ts'),
      replicas,
    });
    const calculator = new MCPServer(this, 'calculator', {
      tools: Tools.fromModule('apps/tools/calculator.ts'),
      replicas,
    });

    const technician = new Agent(this, 'technician', {
      modelAPI: models,
      model: 'gpt-4o',
      mcpServers: [handbook],
      memory: Memory.none(),
      replicas,
      description: 'Technician who knows the handbook',
      instructions:
        'You are a technician. Look up every answer in the handbook, and say where you found it.\n',
    });
    const accountant = new Agent(this, 'accountant', {
      modelAPI: models,
      model: 'gpt-4o-mini',
      mcpServers: [calculator],
      memory: Memory.none(),
      replicas,
      description: 'Accountant who works out invoices and refunds',
      instructions:
        'You are an accountant. Use the calculator for every figure; never calculate in your head.\n',
    });
    new Agent(this, 'front-desk', {
      modelAPI: models,
      model: 'gpt-4o-mini',
      subAgents: [technician, accountant],
      memory:
        redisHost === undefined
          ? Memory.local()
          : Memory.redis({ host: redisHost, password: redis, tls: true }),
      apiKeys: callers,
      replicas,
      expose: Exposure.gateway({
        gateway,
        hostnames: [hostname],
        callers: Callers.inNamespace('envoy-gateway-system'),
      }),
      description: 'Front desk that answers customers',
      instructions: `You are the front desk of a shop.
Leave anything technical to the technician and anything about money to the accountant.
Answer the customer in your own words, politely and briefly.
`,
    });
  }
}

interface Keys {
  /** The provider's key. */
  readonly provider: SecretValue;
  /** The one that agents show the gateway to models. */
  readonly master: SecretValue;
  /** Those that callers show the front desk. */
  readonly callers?: SecretValue;
  /** The one of the Redis that keeps the sessions. */
  readonly redis?: SecretValue;
}

/** Out of a store where there is one, else from a Secret made by hand. */
function keysOf(scope: Construct, { stage, secretStore: store }: Environment): Keys {
  if (!store) {
    const secret = Secret.fromSecretName(scope, 'keys', 'support-keys');
    return { provider: { secret, key: 'provider' }, master: { secret, key: 'master' } };
  }
  const keys = new ExternalSecret(scope, 'support-keys', {
    store,
    data: {
      provider: { key: `support/${stage}/openai`, property: 'api-key' },
      master: { key: `support/${stage}/litellm`, property: 'master-key' },
      callers: { key: `support/${stage}/callers` },
      redis: { key: `support/${stage}/redis`, property: 'password' },
    },
  });
  return {
    provider: keys.value('provider'),
    master: keys.value('master'),
    callers: keys.value('callers'),
    redis: keys.value('redis'),
  };
}
