/** Each file runs in its own process-wide module registry; types are checked by `npm run lint`, not here. */
module.exports = {
  testEnvironment: 'node',
  // Many tests start real processes, on machines of any speed; it bounds them, it times nothing.
  testTimeout: 20_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': 'ts-jest',
    '/node_modules/jose/.+\\.js$': '<rootDir>/test/support/esm-to-commonjs.js',
  },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  moduleNameMapper: { '^cdk8s-kaos/tool$': '<rootDir>/runtime/mcp-server/tool.ts' },
};
