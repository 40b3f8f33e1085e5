import { UNKNOWN } from './names';

/** Names that somebody else makes up, as labels: the first few are kept, all that come after are one. */
export class BoundedNames {
  private readonly known = new Set<string>();

  constructor(private readonly most: number) {}

  label(name: string): string {
    if (this.known.has(name)) return name;
    if (this.known.size >= this.most) return UNKNOWN;
    this.known.add(name);
    return name;
  }
}
