/** A text of at most so many characters, and a note of how much of it was left out. */
export function shortened(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  // Half of a surrogate pair is no character.
  const kept = text.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}\n[cut: ${text.length - kept.length} of ${text.length} characters are left out here]`;
}
