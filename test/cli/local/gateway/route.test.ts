import { routesFor } from '../../../../cli/local/gateway/route';

const entry = (name: string, target: string) => ({ name, target, apiBase: undefined, apiKey: undefined });
const models = [
  entry('*', 'openai/*'),
  entry('openai/*', 'openai/*'),
  entry('openai/ft/*', 'azure/tuned-*'),
  entry('gpt-4o', 'openai/exact'),
  entry('gpt-4o', 'azure/second'),
];
const targets = (asked: string, fallbacks: Record<string, string[]> = {}, known = models) =>
  routesFor({ models: known, fallbacks: new Map(Object.entries(fallbacks)) }, asked).map(
    ({ model }) => model,
  );

test.each([
  ['gpt-4o', ['exact', 'second']],
  ['openai/gpt-4o-mini', ['gpt-4o-mini']],
  ['openai/ft/one', ['tuned-one']],
  ['a.b', ['a.b']],
  ['anything/else', ['anything/else']],
])('%s is routed to %j', (asked, expected) => {
  expect(targets(asked)).toEqual(expected);
});

test('a model that is not served has no route, whatever falls back', () => {
  expect(targets('unknown', { unknown: ['gpt-4o'], '*': ['gpt-4o'] }, models.slice(1))).toEqual([]);
});

test.each([
  [{ 'openai/a': ['gpt-4o', 'openai/b'], '*': ['openai/c'] }, ['a', 'exact', 'second', 'b']],
  [{ other: ['gpt-4o'], '*': ['openai/c', 'openai/a'] }, ['a', 'c']],
])('fallbacks %j follow, but never to the model itself', (fallbacks, expected) => {
  expect(targets('openai/a', fallbacks as Record<string, string[]>)).toEqual(expected);
});
