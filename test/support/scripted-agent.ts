import { type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenHttp } from './http';

/** A request as the agent received it. */
export interface AgentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // What came over the wire; tests say what they expect of it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface ScriptedAgent extends Listening {
  /** Those with a body. */
  readonly requests: readonly AgentRequest[];
}

/** What an agent answers, by path: a value as JSON, or what a function makes of the request. */
export type AgentScript = Readonly<Record<string, unknown>>;

const ANSWER = { choices: [{ message: { role: 'assistant', content: 'dug' } }] };

/** An agent of somebody else whose answers are known; it answers 404 where it has none. */
export async function startScriptedAgent(
  script: AgentScript = { '/v1/chat/completions': ANSWER },
): Promise<ScriptedAgent> {
  const requests: AgentRequest[] = [];
  const server = await listenHttp((request, response) => {
    void (async () => {
      const { method = '', url: path = '', headers } = request;
      const sent = await text(request);
      const received = { method, path, headers, body: sent === '' ? undefined : JSON.parse(sent) };
      if (sent !== '') requests.push(received);
      const scripted = script[path];
      const answer = typeof scripted === 'function' ? await scripted(received) : scripted;
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    })();
  });
  return { ...server, requests };
}
