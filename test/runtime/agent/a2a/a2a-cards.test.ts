import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { a2aClient, send, userMessage } from '../../../support/a2a-client';
import { getJson } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { open } from '../../../support/open-lead';
import { openAgent, watchTests } from './open-agent';

watchTests();

describe('cards', () => {
  test('of both versions name the address, the tools and nothing that strangers should not know', async () => {
    const echo = tool({
      description: 'Echoes',
      input: z.object({ text: z.string() }),
      handler: ({ text }) => text,
    });
    const files = await startToolServer('files', { echo });
    const { agent } = await openAgent({
      description: 'Leads',
      mcpServers: [{ name: 'files', url: files.url }],
    });
    open.push(files);
    await send(await a2aClient(agent.url), userMessage('hi'));
    const url = `${agent.url}/a2a`;
    for (const path of ['/.well-known/agent-card.json', '/.well-known/agent.json']) {
      const old = (await getJson(agent.url + path)).body;
      expect(old).toMatchObject({
        name: 'lead',
        description: 'Leads',
        protocolVersion: '0.3',
        url,
        preferredTransport: 'JSONRPC',
        capabilities: { streaming: true, pushNotifications: false },
        skills: [
          { id: 'lead', description: 'Leads', tags: ['agent'] },
          { id: 'echo', description: 'Echoes', tags: ['tool'], inputSchema: { type: 'object' } },
        ],
      });
      expect(old).not.toHaveProperty('security');
      const reply = await getJson(agent.url + path, { 'a2a-version': '1.0' });
      expect(reply.headers.get('vary')).toBe('a2a-version');
      const card = reply.body;
      expect(card.supportedInterfaces).toEqual([
        { url, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
      ]);
      expect(card.skills[1]).toEqual({ id: 'echo', name: 'echo', description: 'Echoes', tags: ['tool'] });
      expect(card).not.toHaveProperty('url');
    }
    expect(JSON.stringify(await getJson(`${agent.url}/.well-known/agent`))).not.toContain('a2a');
  });

  test.each<[how: string, publicUrl: string | undefined, headers: Record<string, string>, base: string]>([
    [
      'that a proxy tells of',
      undefined,
      {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'a.example.com',
        'x-forwarded-prefix': '/agents/lead',
      },
      'https://a.example.com/agents/lead',
    ],
    [
      'that was configured',
      'https://b.example.com/lead/',
      { 'x-forwarded-host': 'c' },
      'https://b.example.com/lead',
    ],
  ])('have the address %s', async (_how, publicUrl, headers, base) => {
    const { agent } = await openAgent({ publicUrl });
    const { body } = await getJson(`${agent.url}/.well-known/agent-card.json`, headers);
    expect(body.url).toBe(`${base}/a2a`);
  });
});
