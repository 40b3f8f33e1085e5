import { type IConstruct } from 'constructs';
import { type ContainerResources, type k8s } from 'cdk8s-plus-28';
import { fail } from '../fail';
import { amountOf, cpuText, quantity, sizeText } from './quantities';

/** What the scheduler sets aside, and the memory at which the kernel steps in. CPU is shared, not limited. */
export interface PodResources {
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
  /**
   * Devices, by the name of the resource.
   * @default - none
   */
  readonly devices?: Readonly<Record<string, number>>;
}

interface Amounts {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** Ours, with the user's over them field by field. */
export function resourcesOf(
  ours: PodResources,
  users: ContainerResources | undefined,
): k8s.ResourceRequirements {
  const { requests, limits } = amounts(ours, users);
  return { requests: quantities(requests), limits: quantities(limits) };
}

/** Refuses limits below what is requested. */
export function checkResources(
  scope: IConstruct,
  ours: PodResources,
  users: ContainerResources | undefined,
): void {
  const { requests, limits } = amounts(ours, users);
  for (const [name, limit] of Object.entries(limits)) {
    const request = requests[name];
    if (request === undefined || amountOf(request) <= amountOf(limit)) continue;
    fail(scope, `the limit of ${name} is ${limit}`, `give ${request} or more, which is what is requested`);
  }
}

/** What is given on one side alone takes the other along where the two would contradict each other. */
function amounts(ours: PodResources, users: ContainerResources = {}): Amounts {
  const { cpu, memory, ephemeralStorage } = users;
  const request = memory?.request && sizeText(memory.request);
  const limit = memory?.limit && sizeText(memory.limit);
  const devices = Object.fromEntries(
    Object.entries(ours.devices ?? {}).map(([name, count]) => [name, String(count)]),
  );
  return {
    requests: given({
      cpu: cpu?.request ? cpuText(cpu.request) : cpu?.limit ? least(ours.cpu, cpuText(cpu.limit)) : ours.cpu,
      memory: request ?? (limit ? least(ours.memory, limit) : ours.memory),
      'ephemeral-storage': ephemeralStorage?.request && sizeText(ephemeralStorage.request),
    }),
    limits: given({
      cpu: cpu?.limit && cpuText(cpu.limit),
      memory: limit ?? (request ? greatest(ours.memoryLimit, request) : ours.memoryLimit),
      'ephemeral-storage': ephemeralStorage?.limit && sizeText(ephemeralStorage.limit),
      ...devices,
    }),
  };
}

function given(amountsOrNone: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(amountsOrNone).flatMap(([name, amount]) => (amount === undefined ? [] : [[name, amount]])),
  );
}

function quantities(texts: Readonly<Record<string, string>>): Record<string, k8s.Quantity> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, quantity(text)]));
}

function least(a: string, b: string): string {
  return amountOf(a) <= amountOf(b) ? a : b;
}

function greatest(a: string, b: string): string {
  return amountOf(a) >= amountOf(b) ? a : b;
}
