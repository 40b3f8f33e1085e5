/** How programs mark lines that people should see: a word in plain text, a level in JSON. */
const MARKED = /\b(WARN(ING)?|ERROR|CRITICAL|FATAL|Traceback|panic)\b|"level":\s*"(warn|error|fatal|panic)"/;

/** Whether a line of a program that is not ours, which may print much, is worth showing while all is well. */
export function isMarked(line: string): boolean {
  return MARKED.test(line);
}
