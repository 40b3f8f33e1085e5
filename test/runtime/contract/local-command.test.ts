import { ConfigError, localCommandFromText, localCommandToText, withPort } from '../../../runtime/contract';

test.each([
  { command: ['search-mcp'] },
  { command: ['search-mcp', '--port', '$PORT', 'a "b"'], env: { PORT: '$PORT', MODE: 'ü' } },
])('what runs a server on a laptop is read as it was written: %j', (local) => {
  expect(localCommandFromText(localCommandToText(local))).toEqual(local);
});

test('what runs a server on a laptop is told its port, wherever it asks for it', () => {
  const local = { command: ['search-mcp', '--http=:$PORT', '$PORTS'], env: { A: '$PORT/$PORT', B: 'x' } };
  expect(withPort(local, 81)).toEqual({
    command: ['search-mcp', '--http=:81', '81S'],
    env: { A: '81/81', B: 'x' },
  });
});

test.each(['', 'npx a', '[]', '{}', '{"command":[]}', '{"command":[1]}', '{"command":["a"],"env":{"A":1}}'])(
  'what runs a server on a laptop fails as %j',
  (text) => {
    const problem =
      'annotation kaos.dev/local-command is no command; give {"command":["program","argument"]}';
    expect(() => localCommandFromText(text)).toThrow(new ConfigError([problem]));
  },
);
