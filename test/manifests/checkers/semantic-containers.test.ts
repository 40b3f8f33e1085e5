import { container, D, pod, seeDefects } from './defects';

describe('quantities', () =>
  seeDefects([
    [
      'a limit below the request',
      container(({ resources }) => (resources.limits.memory = '64Mi')),
      `${D}main may use 64Mi of memory, less than the 128Mi that it requests`,
    ],
    [
      'a limit below the request, in another unit',
      container(({ resources }) => (resources.limits.cpu = '0.04')),
      `${D}main may use 0.04 of cpu, less than the 50m that it requests`,
    ],
    ['no quantity', container(({ resources }) => (resources.requests.cpu = 'a')), `${D}cpu of main is "a"`],
    [
      'nothing',
      pod(({ volumes }) => (volumes[1].emptyDir.sizeLimit = '0')),
      `${D}the size of volume tmp is "0"`,
    ],
  ]));

describe('containers', () =>
  seeDefects([
    [
      'a policy that there is not',
      container((one) => (one.imagePullPolicy = 'Sometimes')),
      `${D}template.spec.containers.0.imagePullPolicy cannot be "Sometimes"`,
    ],
    [
      'a variable with two sources',
      container(({ env }) => (env[1].value = 'a')),
      `${D}in main, KEY has a value and a source`,
    ],
    [
      'a variable that refers to one not yet stated',
      container(({ env }) => env.unshift({ name: 'URL', value: 'http://$(GREETING)/$$(NOT)' })),
      `${D}in main, URL refers to GREETING, which is not stated before it`,
    ],
    [
      'a command that refers to no variable',
      container((one) => (one.args = ['$(GREETING)', '$(HOST)'])),
      `${D}in main, its command refers to HOST, which is not stated`,
    ],
    [
      'a probe that asks in two ways',
      container(({ livenessProbe }) => (livenessProbe.tcpSocket = { port: 'http' })),
      `${D}the livenessProbe of main must ask in one way`,
    ],
    [
      'a probe without a pause',
      container(({ startupProbe }) => (startupProbe.periodSeconds = 0)),
      `${D}the periodSeconds of the startupProbe of main is 0`,
    ],
    [
      'a process that is alive at the second try',
      container(({ livenessProbe }) => (livenessProbe.successThreshold = 2)),
      `${D}the livenessProbe of main must succeed at once`,
    ],
    [
      'an image that moves',
      container((one) => (one.image = 'a:latest')),
      `${D}the image of main, "a:latest", is not pinned`,
    ],
    [
      'an image without a tag',
      container((one) => (one.image = 'localhost:5000/a')),
      `${D}the image of main, "localhost:5000/a", is not pinned`,
    ],
  ]));
