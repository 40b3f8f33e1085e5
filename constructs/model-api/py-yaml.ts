import { type ScalarTag, stringify } from 'yaml';

/** PyYAML takes `1e-7` for a text: its numbers have a point. */
const SMALL_NUMBER: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  // Only tags with a test are asked whether a number is theirs; no text ever is.
  test: /(?!)/,
  identify: (value) => typeof value === 'number' && /^-?\d+e/.test(String(value)),
  resolve: Number,
  stringify: ({ value }) => String(value).replace('e', '.0e'),
};

/** YAML 1.1 as Python programs read it: no text in it is taken for anything else, and no number for a text. */
export function toPyYaml(document: object): string {
  return stringify(document, {
    version: '1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
    customTags: (tags) => [SMALL_NUMBER, ...tags],
  });
}
