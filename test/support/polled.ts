/**
 * Asks a program of others, which has no event that could be awaited, again and again until there is an answer.
 *
 * @throws when there is none by then
 */
export async function polled<T>(
  ask: () => Promise<T | undefined>,
  limitMs: number,
  everyMs = 200,
): Promise<T> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`there was no answer within ${limitMs} ms`);
}
