import { monokle, monokleProblems } from '../../support/monokle';
import { type Manifest } from '../../support/synth';
import { container, object, pod } from './defects';
import { healthy, withMore } from './healthy';

const CALLER = 'caller.tests.deployment: spec.template.spec.';
/** Both sound workloads break it, for they get a key as a variable. */
const SOUND = ['callee', 'caller'].map(
  (name) =>
    `${name}.tests.deployment: spec.template.spec.containers.0.env.1.valueFrom.secretKeyRef breaks practices/no-secret-mounted-as-env`,
);

test('all rules of both plugins are in force, also those that are off by default', () => {
  const { rules } = monokle([]);
  expect(rules.filter((rule) => rule.startsWith('pod-security-standards/'))).toHaveLength(17);
  expect(rules.filter((rule) => rule.startsWith('practices/'))).toHaveLength(22);
});

test('sound objects are exempted from two rules alone', () => {
  const { found } = monokle(healthy());
  expect(new Set(found.map(({ rule }) => rule))).toEqual(
    new Set(['practices/cpu-limit', 'practices/no-secret-mounted-as-env']),
  );
  expect(monokleProblems(healthy())).toEqual(SOUND);
});

const defects: [string, Manifest[], string][] = [
  [
    'pod-security-standards/host-namespaces',
    pod((spec) => (spec.hostNetwork = true)),
    `${CALLER}hostNetwork`,
  ],
  [
    'pod-security-standards/seccomp-strict',
    container((one) => (one.securityContext.seccompProfile.type = 'Unconfined')),
    `${CALLER}containers.0.securityContext.seccompProfile.type`,
  ],
  [
    'practices/no-low-user-id',
    container((one) => (one.securityContext.runAsUser = 1000)),
    `${CALLER}containers.0.securityContext.runAsUser`,
  ],
  ['practices/no-latest-image', container((one) => (one.image = 'a:latest')), `${CALLER}containers.0.image`],
  [
    'practices/no-exposed-service',
    withMore(
      object(
        'v1',
        'Service',
        { spec: { type: 'NodePort', selector: { app: 'caller' }, ports: [{ port: 80 }] } },
        'open',
      ),
    ),
    'open.tests.service: spec.type',
  ],
];
test.each(defects)('%s sees it', (rule, objects, place) => {
  expect(monokleProblems(objects)).toContain(`${place} breaks ${rule}`);
});
