import { type Size } from 'cdk8s';
import { type Cpu, k8s } from 'cdk8s-plus-28';

/**
 * A quantity in the one form that the API server would give it too: anything else is written anew with each apply.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantity(text: string): k8s.Quantity {
  return k8s.Quantity.fromString(text);
}

/** CPU in whole units where it can be, and in thousandths otherwise. */
export function cpuText({ amount }: Cpu): string {
  const millis = amount.endsWith('m') ? Number(amount.slice(0, -1)) : Number(amount) * 1000;
  return millis % 1000 === 0 ? String(millis / 1000) : `${Math.round(millis)}m`;
}

/** Memory or storage in the largest unit that leaves it whole. */
export function sizeText(size: Size): string {
  const units = ['Ki', 'Mi', 'Gi', 'Ti'];
  let amount = size.toKibibytes();
  while (units.length > 1 && amount % 1024 === 0) {
    amount /= 1024;
    units.shift();
  }
  return `${amount}${units[0]}`;
}

/** What a quantity amounts to: units of CPU, or bytes. */
export function amountOf(text: string): number {
  const [, number = '', unit = ''] = /^([\d.]+)(m|Ki|Mi|Gi|Ti|)$/.exec(text) ?? [];
  const factors: Record<string, number> = { m: 1e-3, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
  return Number(number) * (factors[unit] ?? 1);
}
