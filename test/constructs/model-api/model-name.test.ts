import { servesModel } from '../../../constructs/model-api/model-name';

test.each([
  [['*'], 'anything', true],
  [['gpt-4o'], 'gpt-4o', true],
  [['gpt-4o'], 'gpt-4o-mini', false],
  [['openai/*'], 'openai/gpt-4o', true],
  [['openai/*'], 'openai', false],
  [['openai/*'], 'openai-like/gpt-4o', false],
  [['gpt-*'], 'gpt-4o', false],
  [['a', 'b/*'], 'b/c/d', true],
  [[], 'gpt-4o', false],
])('whether %j serves %p: %p', (models, name, expected) => {
  expect(servesModel(models, name)).toBe(expected);
});
