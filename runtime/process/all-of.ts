/** All values in their order: at once when each is there, since to wait for nothing has its price too. */
export function allOf<T>(values: readonly (T | Promise<T>)[]): readonly T[] | Promise<readonly T[]> {
  return values.every(isHere) ? values : Promise.all(values);
}

function isHere<T>(value: T | Promise<T>): value is T {
  return !(value instanceof Promise);
}
