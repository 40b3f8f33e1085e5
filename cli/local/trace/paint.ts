type Brush = (text: string) => string;

export interface Paint {
  readonly dim: Brush;
  readonly error: Brush;
  /** Each service has its own colour, in order of appearance, until the colours begin again. */
  service(name: string): Brush;
}

/** Colours for a terminal, or none of them. */
export function painter(services: readonly string[], color: boolean): Paint {
  const ansi = (code: number, end: number): Brush =>
    color ? (text) => (text === '' ? '' : `\u001b[${code}m${text}\u001b[${end}m`) : (text) => text;
  const brushes = new Map(
    services.map((service, index) => [
      service,
      ansi(SERVICE_COLORS[index % SERVICE_COLORS.length] ?? 36, 39),
    ]),
  );
  const none: Brush = (text) => text;
  return { dim: ansi(2, 22), error: ansi(31, 39), service: (name) => brushes.get(name) ?? none };
}

/** Cyan, green, yellow, magenta, blue and their bright forms; red is for errors. */
const SERVICE_COLORS = [36, 32, 33, 35, 34, 96, 92, 93, 95, 94] as const;
