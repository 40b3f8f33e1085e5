import { routeFor } from '../../../../cli/local/gateway/route';

test.each([
  ['gpt-4o', 'exact'],
  ['openai/gpt-4o-mini', 'gpt-4o-mini'],
  ['openai/ft/one', 'tuned-one'],
  ['a.b', 'a.b'],
  ['anything/else', 'anything/else'],
])('%s is routed to %s', (asked, model) => {
  const entry = (name: string, target: string) => ({ name, target, apiBase: undefined, apiKey: undefined });
  const models = [
    entry('*', 'openai/*'),
    entry('openai/*', 'openai/*'),
    entry('openai/ft/*', 'azure/tuned-*'),
    entry('gpt-4o', 'openai/exact'),
  ];
  expect(routeFor(models, asked)?.model).toBe(model);
  expect(routeFor(models.slice(1), 'unknown')).toBeUndefined();
});
