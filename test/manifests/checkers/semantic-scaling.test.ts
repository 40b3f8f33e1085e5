import { type Manifest } from '../../support/synth';
import { D, deployment, object, seeDefects } from './defects';
import { withMore } from './healthy';

const hpa = (spec: Manifest = {}, name = 'caller') =>
  object(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { spec: { scaleTargetRef: { kind: 'Deployment', name: 'caller' }, maxReplicas: 3, ...spec } },
    name,
  );
const budget = (spec: Manifest) =>
  object('policy/v1', 'PodDisruptionBudget', {
    spec: { selector: { matchLabels: { app: 'caller' } }, ...spec },
  });
const H = 'HorizontalPodAutoscaler tests/caller: ';
const B = 'PodDisruptionBudget tests/caller: ';

describe('scaling', () =>
  seeDefects([
    [
      'replicas that an autoscaler undoes',
      withMore(hpa()),
      `${H}Deployment tests/caller states replicas, which it would undo`,
    ],
    [
      'an autoscaler of nothing',
      withMore(hpa({ scaleTargetRef: { kind: 'Deployment', name: 'nobody' } })),
      `${H}there is no Deployment nobody`,
    ],
    [
      'a least number above the most, and two autoscalers of one workload',
      [...deployment(({ spec }) => delete spec.replicas), hpa({ minReplicas: 4 }), hpa({}, 'other')],
      `${H}its least number, 4, is above its most, 3`,
      `${H}HorizontalPodAutoscaler tests/other scales the same`,
      `HorizontalPodAutoscaler tests/other: ${H.slice(0, -2)} scales the same`,
    ],
    [
      'a budget that says nothing',
      withMore(budget({})),
      `${B}it must state one of minAvailable and maxUnavailable`,
    ],
    [
      'a budget that blocks',
      withMore(budget({ maxUnavailable: 0 })),
      `${B}of 1 pods it lets none be evicted`,
    ],
    [
      'a budget of all there are',
      withMore(budget({ minAvailable: 1 })),
      `${B}of 1 pods it lets none be evicted`,
    ],
    [
      'a rollout that cannot begin',
      deployment(({ spec }) => (spec.strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } })),
      `${D}its strategy lets no rollout begin`,
    ],
  ]));
