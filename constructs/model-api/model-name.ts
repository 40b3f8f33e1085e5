/**
 * Names that a gateway with the models `M` answers to: any name for `*`, any that starts alike for `prefix/*`, and
 * otherwise the very names. Of models known only at run time, any string, and synthesis checks it.
 */
export type ModelName<M extends string> = M extends '*'
  ? string
  : M extends `${infer Prefix}/*`
    ? `${Prefix}/${string}`
    : M;

/** Whether a gateway with these models answers to the name. */
export function servesModel(models: readonly string[], name: string): boolean {
  return models.some(
    (model) => model === '*' || model === name || (model.endsWith('/*') && hasPrefix(name, model)),
  );
}

/** Whether the text stands for many models, not one. */
export function isModelPattern(text: string): boolean {
  return text === '*' || text.endsWith('/*');
}

function hasPrefix(name: string, pattern: string): boolean {
  return name.startsWith(pattern.slice(0, -1));
}
