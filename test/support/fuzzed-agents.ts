import { Agent, request } from 'undici';
import { type StrayErrors, watchStrayErrors } from './fuzz';
import { type Listening } from './http';
import { startAgent } from './in-process';
import { startScriptedModel } from './scripted-model';
import { startTestTelemetry } from './telemetry';

/** Agents that anything is thrown at; each test is over when none of it came up where nobody caught it. */
export function fuzzedAgents() {
  // Its log lines would drown the report of the tests.
  const telemetry = startTestTelemetry();
  const open: Listening[] = [];
  const connections = new Agent();
  let stray: StrayErrors;

  beforeAll(() => {
    stray = watchStrayErrors();
  });
  afterEach(async () => {
    await telemetry.reset();
    await Promise.all(open.splice(0).map((server) => server.close()));
    expect(stray.errors).toEqual([]);
  });
  afterAll(() => {
    stray.stop();
    return Promise.all([connections.destroy(), telemetry.close()]);
  });

  async function scripted(script: Parameters<typeof startScriptedModel>[0]): Promise<Listening> {
    const model = await startScriptedModel(script);
    open.push(model);
    return model;
  }

  async function agentOf(modelUrl: string): Promise<Listening> {
    const agent = await startAgent({ name: 'lead', modelUrl, model: 'm', maxSteps: 2 });
    open.unshift(agent);
    return agent;
  }

  async function post(
    url: string,
    body: string | Buffer | object,
  ): Promise<{ status: number; said: unknown }> {
    const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const reply = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: sent,
      dispatcher: connections,
    });
    const said = await reply.body.text();
    return { status: reply.statusCode, said: reply.statusCode === 200 ? said : JSON.parse(said) };
  }

  return { open, scripted, agentOf, post };
}
