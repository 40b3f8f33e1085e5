import {
  DRAIN_SECONDS,
  FLUSH_SECONDS,
  HEALTH_PATH,
  HTTP_PORT,
  READY_PATH,
  RUNTIME_UID,
} from '../../runtime/contract';
import { type PodProps } from './pod-template';

/** Between the last span flushed and SIGKILL. */
const MARGIN_SECONDS = 5;

/** What every pod that runs our own processes has in common. */
export const RUNTIME_PROCESS = {
  ports: [{ name: 'http', port: HTTP_PORT }],
  probes: { port: 'http', liveness: HEALTH_PATH, readiness: READY_PATH, startupSeconds: 60 },
  resources: { cpu: '50m', memory: '128Mi', memoryLimit: '512Mi' },
  user: RUNTIME_UID,
  terminationSeconds: DRAIN_SECONDS + FLUSH_SECONDS + MARGIN_SECONDS,
  lingers: true,
  emptyDirectories: [{ name: 'tmp', mountPath: '/tmp', size: '64Mi' }],
} as const satisfies Partial<PodProps>;
