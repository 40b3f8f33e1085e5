import { type Manifest } from './synth';

/** What one set of objects has otherwise than another, as lines: the object, the field, and the value before and after. */
export function differences(before: readonly Manifest[], after: readonly Manifest[]): string[] {
  const [old, next] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...next.keys()])].sort();
  return names.flatMap((name) => {
    const [a, b] = [old.get(name), next.get(name)];
    if (!a || !b) return [`${a ? '-' : '+'} ${name}`];
    return fields(a, b).map((line) => `~ ${name} ${line}`);
  });
}

function byName(manifests: readonly Manifest[]): Map<string, Manifest> {
  return new Map(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest]));
}

function fields(before: Manifest, after: Manifest, path = ''): string[] {
  if (typeof before !== 'object' || typeof after !== 'object') {
    return before === after ? [] : [`${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`];
  }
  const [old, next] = [keyed(before), keyed(after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
  return keys.flatMap((key) => fields(old[key], next[key], `${path}/${key}`));
}

/** Items that have names are told apart by them, so that one more does not make all others different. */
function keyed(value: Manifest): Manifest {
  const isNamed = Array.isArray(value) && value.every((item) => typeof item?.name === 'string');
  return isNamed ? Object.fromEntries(value.map((item) => [item.name, item])) : value;
}
