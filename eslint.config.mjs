import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Imports point one way (README, "The architecture"): what each folder must not reach. */
const direction = (files, ...banned) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: banned.map(([regex, message]) => ({ regex, message, caseSensitive: true })) },
    ],
  },
});

export default tseslint.config(
  { ignores: ['node_modules/', '.components/', 'lib/', 'dist/', 'imports/*.ts', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
    languageOptions: {
      globals: {
        module: 'writable',
        exports: 'writable',
        require: 'readonly',
        process: 'readonly',
        console: 'readonly',
      },
    },
  },
  direction(
    ['apps/**/*.ts'],
    ['^\\.\\./(\\.\\./)*(runtime|cli|test)/', 'apps import the public index of constructs alone'],
    ['/constructs/(?!index$)', 'apps import the public index of constructs alone'],
  ),
  direction(
    ['constructs/**/*.ts'],
    ['/runtime/(?!contract$)', 'from the runtime, constructs import contract.ts alone'],
    ['^\\.\\./(\\.\\./)*(apps|cli|test)/', 'constructs know neither apps, nor cli, nor tests'],
  ),
  direction(
    ['runtime/**/*.ts'],
    [
      '(^|/)(constructs|apps|cli|imports|test)/|^(cdk8s|constructs)',
      'the runtime knows neither constructs nor Kubernetes',
    ],
  ),
  direction(
    ['runtime/contract.ts'],
    ['^(?!\\./contract/)', 'contract.ts imports nothing but the parts of the contract'],
  ),
  direction(
    ['runtime/contract/*.ts'],
    ['^(?!\\./[\\w-]+$)', 'the parts of the contract import nothing but each other'],
  ),
  direction(['cli/**/*.ts'], ['^\\.\\./(\\.\\./)*(apps|test)/', 'the cli knows neither apps nor tests']),
);
