/** What DNS takes between two dots: what namespaces, volumes and ports may be called. */
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Whether a namespace or a volume can be called so. */
export function isDnsLabel(name: unknown): name is string {
  return typeof name === 'string' && name.length <= 63 && LABEL.test(name);
}

/** Whether most other objects can be called so: labels with dots in between. */
export function isDnsSubdomain(name: unknown): name is string {
  return (
    typeof name === 'string' && name.length <= 253 && name.split('.').every((label) => LABEL.test(label))
  );
}

/** How to correct what is no label. */
export const LABEL_FIX = 'use lower-case letters, digits and "-", at most 63';
/** How to correct what is no subdomain. */
export const SUBDOMAIN_FIX = 'use lower-case letters, digits, "-" and "."';
