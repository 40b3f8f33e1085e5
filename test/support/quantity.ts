const SYNTAX = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const DECIMAL = ['E', 'P', 'T', 'G', 'M', 'k'];
const BINARY = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'];

/** What a quantity such as `1500m` or `2Gi` amounts to; undefined when it is none. */
export function amountOf(quantity: string | number): number | undefined {
  const match = SYNTAX.exec(String(quantity));
  if (!match) return undefined;
  const [, number, unit = ''] = match;
  const factor = /^[eE][+-]?\d/.test(unit) ? Number(`1${unit}`) : unit === '' ? 1 : FACTORS[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}

/**
 * A quantity as the API server writes it back: a whole number with the largest unit that leaves it whole, `1` for
 * `1000m`, `2Gi` for `2048Mi`, `500m` for `0.5`.
 */
export function canonicalQuantity(quantity: string | number): string | undefined {
  const amount = amountOf(quantity);
  if (amount === undefined) return undefined;
  if (amount === 0) return '0';
  if (!Number.isInteger(amount)) return `${Math.ceil(amount * 1000 - 1e-9)}m`;
  const units = /[KMGTPE]i$/.test(String(quantity)) ? BINARY : DECIMAL;
  const unit = units.find((one) => amount % (FACTORS[one] ?? 1) === 0) ?? '';
  return `${amount / (FACTORS[unit] ?? 1)}${unit}`;
}
