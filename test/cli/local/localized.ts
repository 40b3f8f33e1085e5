import { NO_REAL_PARTS } from '../../../cli/local/real/components';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalProcess, localize } from '../../../cli/local/localize';
import { type Plan } from '../../../cli/local/plan';
import { noSecrets, type Secrets } from '../../../cli/local/secrets';
import { type Localization } from '../../../cli/local/start-of';
import { numberedPorts, workloadOf } from './small-chart';

/** Holds the mounted files of the test that runs. */
export let directory: string;

/** A directory for each test of a file. */
export function useDirectory(): void {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
}

/** The workload of that title as a process of this machine. */
export function local(
  plan: Plan,
  title: string,
  secrets: Secrets = noSecrets,
  otlp?: Localization['otlp'],
): LocalProcess {
  return localize(workloadOf(plan, title), {
    ...{ ports: numberedPorts(plan), secrets, directory, otlp },
    binDirectory: '/bin/of/kaos',
    toolsLock: join(directory, 'tools.lock.json'),
    real: NO_REAL_PARTS,
    demoModelUrl: undefined,
  });
}

/** What a container needs to run here as an agent. */
export function agentContainer() {
  const readinessProbe = { httpGet: { path: '/ready', port: 'http' } };
  return { command: ['node', '/app/agent.js'], readinessProbe };
}
