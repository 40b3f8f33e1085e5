/** Each file runs in its own process-wide module registry; types are checked by `npm run lint`, not here. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': 'ts-jest' },
  moduleNameMapper: { '^cdk8s-kaos/tool$': '<rootDir>/runtime/mcp-server/tool.ts' },
};
