import { Secret } from '../../../runtime/process/secret';
import { secretFile } from '../../support/secret-file';

const UNREADABLE = 'MODEL_API_KEY_FILE names a file that cannot be read';
const EMPTY = 'MODEL_API_KEY_FILE names a file that is empty';

test('without a value and a file there is none, and nothing is wrong with that', async () => {
  const secret = new Secret('MODEL_API_KEY', undefined, undefined);
  expect([await secret.read(), await secret.asBearer(), await secret.problem()]).toEqual([
    undefined,
    {},
    undefined,
  ]);
});

test('a file wins over a value, and is read without the white space around it', async () => {
  const secret = new Secret('MODEL_API_KEY', 'old', secretFile(' new\n').path);
  expect(await secret.asBearer()).toEqual({ authorization: 'Bearer new' });
});

test('a file is read anew each time', async () => {
  const file = secretFile('first');
  const secret = new Secret('MODEL_API_KEY', undefined, file.path);
  expect(await secret.read()).toBe('first');
  file.write('second');
  expect(await secret.read()).toBe('second');
});

test('fails while the file is missing, and no longer', async () => {
  const file = secretFile();
  const secret = new Secret('MODEL_API_KEY', 'not taken instead', file.path);
  await expect(secret.read()).rejects.toMatchObject({ code: 'secret_unreadable', message: UNREADABLE });
  expect(await secret.problem()).toBe(UNREADABLE);
  file.write('here');
  expect([await secret.read(), await secret.problem()]).toEqual(['here', undefined]);
});

test('fails when the file is empty', async () => {
  const secret = new Secret('MODEL_API_KEY', undefined, secretFile(' \n').path);
  await expect(secret.read()).rejects.toThrow(new Error(EMPTY));
  expect(await secret.problem()).toBe(EMPTY);
});

test('fails when no header can hold it, without repeating it', async () => {
  const secret = new Secret('MODEL_API_KEY', undefined, secretFile('schlüssel').path);
  await expect(secret.asBearer()).rejects.toThrow(new Error('MODEL_API_KEY holds what no header may hold'));
});

test('of several keys, the first is shown', async () => {
  const secret = new Secret('PEER_AGENT_HELPER_API_KEY', 'first\nsecond, third', undefined);
  expect(await secret.asBearer()).toEqual({ authorization: 'Bearer first' });
});
