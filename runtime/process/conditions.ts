/** Something that a process needs and may lose again while it runs. */
export interface Condition {
  /** Why it is not met, if it is not; in words that everybody may read. */
  problem(): Promise<string | undefined>;
}

export async function problemsOf(conditions: readonly Condition[]): Promise<string[]> {
  const problems = await Promise.all(conditions.map((condition) => condition.problem()));
  return problems.filter((problem) => problem !== undefined);
}
