import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

jest.setTimeout(300_000);

const ROOT = join(__dirname, '../..');

/** Machines as different as environment variables can make them. */
const MACHINES = {
  'in Kiribati, in Turkish': {
    TZ: 'Pacific/Kiritimati',
    LC_ALL: 'tr_TR.UTF-8',
    HOME: '/nonexistent/home',
    USER: 'somebody',
  },
  'with variables that processes of an app would read': {
    TZ: 'America/St_Johns',
    LC_ALL: 'C',
    NODE_ENV: 'production',
    OPENAI_API_KEY: 'a key that must be nowhere',
    OTEL_SERVICE_NAME: 'elsewhere',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://elsewhere:4317',
    AGENT_NAME: 'elsewhere',
    MODEL_API_URL: 'http://elsewhere',
    LITELLM_MASTER_KEY: 'a key that must be nowhere',
  },
};

const here = synthesize({});

test('there is something to compare', () => expect(here.size).toBeGreaterThan(1));

test.each(Object.entries(MACHINES))('a machine %s synthesizes the same bytes', (_, environment) => {
  const there = synthesize(environment);
  expect([...there.keys()]).toEqual([...here.keys()]);
  for (const [file, bytes] of there) expect(bytes.equals(here.get(file) ?? Buffer.of())).toBe(true);
});

/** What the apps' main.ts writes when it runs with nothing in its environment but this, by file. */
function synthesize(environment: Record<string, string>): Map<string, Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'kaos-synth-'));
  try {
    const program = [join(ROOT, 'node_modules/ts-node/dist/bin.js'), '-T', 'apps/main.ts'];
    const { PATH } = process.env;
    execFileSync(process.execPath, program, {
      cwd: ROOT,
      env: { PATH, CDK8S_OUTDIR: directory, ...environment },
    });
    const files = readdirSync(directory).sort();
    return new Map(files.map((file) => [file, readFileSync(join(directory, file))]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
