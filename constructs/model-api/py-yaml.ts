import { type ScalarTag, stringify, type Tags } from 'yaml';

/**
 * YAML as PyYAML reads it: a text stays a text and a number a number, whatever they look like. PyYAML takes more
 * characters for the end of a line than others do, so a text that is not plainly harmless is quoted and escaped.
 */
export function toPyYaml(document: object): string {
  return stringify(document, {
    version: '1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
    customTags: (tags) => [TEXT, SMALL_NUMBER, ...tags.filter((tag) => !REPLACED.includes(tagName(tag)))],
  });
}

/** Neither an indicator at the start, nor `: ` or ` #` within, nor a word that stands for something else. */
const HARMLESS = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z_](?:[-\w./@*+]|:(?=[\w/]))*$/i;
/** Whatever ink makes visible; in quotes it needs no escape. */
const VISIBLE = /^[\p{L}\p{N}\p{P}\p{S} ]$/u;

const TEXT: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: (value) => typeof value === 'string',
  resolve: (text) => text,
  stringify: ({ value }) => (HARMLESS.test(String(value)) ? String(value) : quoted(String(value))),
};

/** The library's own for text, and the one for `<<`, which nothing written here means. */
const REPLACED = [TEXT.tag, 'tag:yaml.org,2002:merge'];

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

function quoted(text: string): string {
  return `"${[...text].map(escaped).join('')}"`;
}

function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  if (VISIBLE.test(character)) return character;
  if (character === '\n') return '\\n';
  return `\\U${character.codePointAt(0)?.toString(16).padStart(8, '0')}`;
}

function tagName(tag: Tags[number]): string {
  return typeof tag === 'string' ? `tag:yaml.org,2002:${tag}` : tag.tag;
}
