/**
 * From how many to how many of `count` happen, each with that probability, but for a risk. Where a test expects no other
 * number, it fails for no reason that seldom.
 */
export function binomialRange(
  count: number,
  probability: number,
  risk: number,
): [least: number, most: number] {
  const chances = Array.from({ length: count + 1 }, (_, happen) =>
    Math.exp(logChance(count, happen, probability)),
  );
  const outliers = (from: readonly number[]) => {
    let sum = 0;
    return from.findIndex((chance) => (sum += chance) > risk / 2);
  };
  return [outliers(chances), count - outliers(chances.toReversed())];
}

function logChance(count: number, happen: number, probability: number): number {
  let log = happen * Math.log(probability) + (count - happen) * Math.log(1 - probability);
  for (let index = 1; index <= happen; index += 1) log += Math.log(count - happen + index) - Math.log(index);
  return log;
}
