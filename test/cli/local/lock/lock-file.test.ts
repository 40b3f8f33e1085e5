import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLock, toolsOf, writeLock } from '../../../../cli/local/lock/lock-file';
import { directory, useDirectory } from '../localized';

useDirectory();

const file = () => join(directory, 'tools.lock.json');
const find = {
  description: 'Finds',
  inputSchema: { properties: { id: { type: 'number' } }, type: 'object' },
  digest: 'sha256:0',
};

test('what is written is read as it was, its schemas in their order', () => {
  const lock = { servers: { 'team/tickets': { tools: { find } } } };
  writeLock(file(), lock);
  expect(JSON.stringify(readLock(file()))).toBe(JSON.stringify(lock));
  expect(toolsOf(readLock(file()), 'team/tickets')).toEqual({ find });
});

test('where there is no file, and of a server that is not in it, nothing is known', () => {
  expect(readLock(file())).toEqual({ servers: {} });
  expect(toolsOf(readLock(file()), 'team/tickets')).toEqual({});
});

test.each([
  ['{', 'it is no JSON'],
  ['[]', 'Invalid input: expected object, received array'],
  [
    JSON.stringify({
      servers: { 'team/tickets': { tools: { find: { ...find, inputSchema: { type: 'string' } } } } },
    }),
    'servers.team/tickets.tools.find.inputSchema: must have the type "object"',
  ],
])('fails when the file holds %s', (text, reason) => {
  writeFileSync(file(), text);
  expect(() => readLock(file())).toThrow(
    `${file()} is no lock of tools (${reason}); remove it, and write it anew`,
  );
});

test('fails when it cannot be read', () => {
  mkdirSync(file());
  expect(() => readLock(file())).toThrow('(it cannot be read); remove it');
});
