/** A choice of each option, by the index of its value. */
type Choice<Options> = Readonly<Record<keyof Options, number>>;

/**
 * Few choices among which any two values of any two options occur together. Each is made greedily of the pair that is still
 * to come and of what adds most further ones.
 */
export function pairs<Options extends Readonly<Record<string, readonly unknown[]>>>(
  options: Options,
): Choice<Options>[] {
  const names = Object.keys(options);
  const missing = new Set<string>();
  for (const [index, one] of names.entries()) {
    for (const other of names.slice(index + 1)) {
      options[one]?.forEach((_, i) =>
        options[other]?.forEach((__, j) => missing.add(pair(one, i, other, j))),
      );
    }
  }
  const choices: Choice<Options>[] = [];
  for (let [first] = missing; first !== undefined; [first] = missing) {
    const [one = '', i, other = '', j] = first.split(' ');
    const choice: Record<string, number> = { [one]: Number(i), [other]: Number(j) };
    for (const name of names.filter((candidate) => !(candidate in choice))) {
      const added = (value: number) =>
        pairsOf(names, { ...choice, [name]: value }).filter((p) => missing.has(p));
      const counts = options[name]?.map((_, value) => added(value).length) ?? [];
      choice[name] = counts.indexOf(Math.max(...counts));
    }
    for (const found of pairsOf(names, choice)) missing.delete(found);
    choices.push(choice as Choice<Options>);
  }
  return choices;
}

function pairsOf(names: readonly string[], choice: Readonly<Record<string, number>>): string[] {
  const chosen = names.filter((name) => name in choice);
  return chosen.flatMap((one, index) =>
    chosen.slice(index + 1).map((other) => pair(one, choice[one] ?? 0, other, choice[other] ?? 0)),
  );
}

function pair(one: string, i: number, other: string, j: number): string {
  return [one, i, other, j].join(' ');
}
