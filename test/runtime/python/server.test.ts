import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { getJson, postJson } from '../../support/http';
import { describeWithPython, type PythonServer, PythonServers } from '../../support/python';

jest.setTimeout(60_000);

const CODE = `
from __future__ import annotations

import asyncio
import json
import math
import os
import sys
from dataclasses import dataclass
from functools import lru_cache

from pydantic import BaseModel

UNITS = {"m": 1.0, "km": 1000.0}


class Place(BaseModel):
    name: str


@dataclass
class Circle:
    radius: float
    unit: str = "m"


def _area(circle: Circle) -> float:
    return math.pi * (circle.radius * UNITS[circle.unit]) ** 2


def area(circle: Circle, digits: int = 2) -> float:
    """Area of a circle, in square metres.

    Of a real one.
    """
    return round(_area(circle), digits)


async def describe(place: Place, tags: list[str]) -> dict:
    """Describes a place."""
    await asyncio.sleep(0)
    return {"text": json.dumps([place.name, *tags]), "here": os.path.basename(__file__)}


@lru_cache
def shout(text: str) -> str:
    """Says it louder."""
    return text.upper()


def fail(reason: str) -> str:
    """Never works."""
    raise ValueError(f"out of {reason}")


def leave() -> str:
    """Ends itself."""
    sys.exit(3)


def large(size: int) -> str:
    """Says a lot."""
    return "x" * size
`;

const servers = new PythonServers();
afterAll(() => servers.remove());

const HEADERS = { accept: 'application/json, text/event-stream' };
const call = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

describeWithPython('a server with tools in Python', () => {
  let server: PythonServer;
  let client: Client;

  beforeAll(async () => {
    server = await servers.start(CODE);
    client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
  });
  afterAll(async () => {
    await client.close();
    await servers.stop();
  });

  const answer = async (name: string, args: Record<string, unknown>) => {
    const { content, isError } = await client.callTool({ name, arguments: args });
    return { content, isError: isError ?? false };
  };
  const said = (told: string, isError = false) => ({ content: [{ type: 'text', text: told }], isError });

  test('offers public functions alone, with their docstrings and annotations', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name, description }) => [name, description])).toEqual([
      ['area', 'Area of a circle, in square metres.\n\nOf a real one.'],
      ['describe', 'Describes a place.'],
      ['shout', 'Says it louder.'],
      ['fail', 'Never works.'],
      ['leave', 'Ends itself.'],
      ['large', 'Says a lot.'],
    ]);
    expect(tools[0]?.inputSchema).toEqual({
      type: 'object',
      properties: {
        circle: {
          type: 'object',
          properties: { radius: { type: 'number' }, unit: { type: 'string', default: 'm' } },
          required: ['radius'],
        },
        digits: { type: 'integer', default: 2 },
      },
      required: ['circle'],
      additionalProperties: false,
    });
  });

  test('calls functions, which see all that their code imports and defines', async () => {
    expect(await answer('area', { circle: { radius: 1, unit: 'km' } })).toEqual(said('3141592.65'));
    expect(await answer('describe', { place: { name: 'Ulm' }, tags: ['a'] })).toEqual(
      said('{"text":"[\\"Ulm\\", \\"a\\"]","here":"tools.py"}'),
    );
    expect(await answer('shout', { text: 'größer' })).toEqual(said('GRÖSSER'));
  });

  test('checks arguments against the schema', async () => {
    expect(await answer('large', { size: '3' })).toEqual(said('size: Input should be a valid integer', true));
    expect(await answer('large', {})).toEqual(said('size: Missing required argument', true));
    expect(await answer('large', { size: 1, colour: 'red' })).toEqual(
      said('colour: Unexpected keyword argument', true),
    );
    expect(await answer('area', { circle: { radius: 'a' } })).toEqual(
      said('circle.radius: Input should be a valid number', true),
    );
  });

  test('tells the model what a tool raised, and lives on', async () => {
    expect(await answer('fail', { reason: 'paper' })).toEqual(said('out of paper', true));
    expect(await answer('leave', {})).toEqual(said('the tool exited with 3', true));
    expect(await answer('shout', { text: 'a' })).toEqual(said('A'));
  });

  test('has no other tools', async () => {
    await expect(client.callTool({ name: '_area', arguments: {} })).rejects.toThrow(
      'there is no tool "_area"',
    );
  });

  test('lives, is ready, and says which tools it has', async () => {
    expect(await getJson(`${server.url}/health`)).toMatchObject({
      status: 200,
      body: { status: 'healthy', name: 'snakes' },
    });
    const tools = ['area', 'describe', 'shout', 'fail', 'leave', 'large'];
    expect(await getJson(`${server.url}/ready`)).toMatchObject({
      status: 200,
      body: { status: 'ready', name: 'snakes', tools },
    });
  });

  test.each(['GET', 'DELETE'])('answers %s with 405, as it has no sessions', async (method) => {
    const reply = await fetch(`${server.url}/mcp`, { method });
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('refuses names that were made to lead here', async () => {
    expect(await statusFor(server.url, 'rebound.example')).toBe('403');
  });

  test('refuses pages of a browser, and says nothing else of itself', async () => {
    const origin = 'https://evil.example.com';
    const reply = await postJson(`${server.url}/mcp`, call('shout', { text: 'a' }), { ...HEADERS, origin });
    expect(reply).toMatchObject({
      status: 403,
      body: { error: { message: 'pages of origin "https://evil.example.com" may not call this server' } },
    });
    expect(await getJson(`${server.url}/docs`)).toMatchObject({ status: 404 });
  });

  test.each([
    ['no JSON', '{"jsonrpc":', 400, -32700],
    ['no message', '[]', 400, -32602],
    ['deeper than can be read', '['.repeat(100_000), 400, -32700],
  ])('answers what is %s', async (_, body, status, code) => {
    expect(await postJson(`${server.url}/mcp`, body, HEADERS)).toMatchObject({
      status,
      body: { error: { code } },
    });
  });

  test('refuses bodies that are too large, whatever they say of their size', async () => {
    const body = `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`;
    const headers = { ...HEADERS, 'content-type': 'application/json' };
    const large = await fetch(`${server.url}/mcp`, { method: 'POST', headers, body });
    expect(large.status).toBe(413);
    const stream = new Blob([body]).stream();
    const init = { method: 'POST', headers, body: stream, duplex: 'half' };
    const streamed = await fetch(`${server.url}/mcp`, init as RequestInit).then(
      (reply) => reply.status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(streamed);
    expect(await answer('shout', { text: 'a' })).toEqual(said('A'));
  });

  test('answers what is no HTTP', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.end('how do you do\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
  });

  test('gives large answers', async () => {
    const { content } = await answer('large', { size: 3_000_000 });
    expect(content).toEqual([{ type: 'text', text: 'x'.repeat(3_000_000) }]);
  });

  test('answers many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => answer('shout', { text: `a${index}` })),
    );
    expect(answers).toEqual(answers.map((_, index) => said(`A${index}`)));
  });
});

describeWithPython('a server that may be asked by some alone', () => {
  let url: string;
  beforeAll(async () => {
    const env = {
      MCP_ALLOWED_HOSTS: 'tools.example.com, *.example.org',
      MCP_ALLOWED_ORIGINS: 'https://a.example',
    };
    ({ url } = await servers.start('def shout(text: str) -> str:\n    return text.upper()\n', env));
  });
  afterAll(() => servers.stop());

  test.each([
    ['127.0.0.1:8000', undefined, '200'],
    ['[::1]:8000', undefined, '200'],
    ['127.0.0.1', 'https://a.example', '200'],
    ['Tools.Example.com:80', undefined, '200'],
    ['tools.example.com', 'http://tools.example.com', '200'],
    ['a.b.example.org', undefined, '200'],
    ['example.org', undefined, '403'],
    ['evil.example', undefined, '403'],
    ['tools.example.com@evil.example', undefined, '403'],
    ['127.0.0.1', 'https://b.example', '403'],
    ['127.0.0.1', 'null', '403'],
  ])('a call for host %s from origin %s is answered %s', async (host, origin, status) => {
    expect(await statusFor(url, host, origin)).toBe(status);
  });

  test('is probed by whatever name', async () => {
    expect(await getJson(`${url}/health`, { host: 'evil.example' })).toMatchObject({ status: 200 });
  });
});

describeWithPython('code in a variable', () => {
  afterAll(() => servers.stop());

  test('is served as code in a file is', async () => {
    const MCP_TOOLS_STRING = 'import math\n\ndef root(of: float) -> float:\n    return math.sqrt(of)\n';
    const { url } = await servers.start('', { MCP_TOOLS_FILE: '', MCP_TOOLS_STRING });
    const reply = await postJson(`${url}/mcp`, call('root', { of: 9 }), HEADERS);
    expect(reply).toMatchObject({ status: 200, body: { result: { content: [{ text: '3.0' }] } } });
  });
});

/** As `fetch` lets nobody say what the host is. */
function statusFor(url: string, host: string, origin?: string): Promise<string> {
  const body = JSON.stringify(call('shout', { text: 'a' }));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: ${host}\r\n${origin ? `Origin: ${origin}\r\n` : ''}` +
      `Accept: ${HEADERS.accept}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  return text(socket).then((reply) => reply.split(' ')[1] ?? '');
}
