/**
 * Monokle in a process of its own, for it is made of ES modules and Jest loads none: objects as JSON come in, what it
 * finds goes out. The plugins that load schemas and policies from the network are off.
 */
import { text } from 'node:stream/consumers';
import { extractK8sResources } from '@monokle/parser';
import { createDefaultMonokleValidator } from '@monokle/validation';
import { stringify } from 'yaml';

const PLUGINS = ['pod-security-standards', 'practices'];

const objects = JSON.parse(await text(process.stdin));
const content = objects.map((object) => stringify(object)).join('---\n');
const resources = extractK8sResources([{ id: 'all', path: 'all.yaml', content }]);

const validator = createDefaultMonokleValidator();
const plugins = {
  'kubernetes-schema': false,
  'open-policy-agent': false,
  'resource-links': false,
  'yaml-syntax': false,
  ...Object.fromEntries(PLUGINS.map((plugin) => [plugin, true])),
};
await validator.preload({ plugins });
const rules = PLUGINS.flatMap((plugin) => validator.rules[plugin].map(({ name }) => `${plugin}/${name}`));
// Rules of the restricted standard are off unless each is named.
await validator.preload({ plugins, rules: Object.fromEntries(rules.map((rule) => [rule, 'err'])) });

const { runs } = await validator.validate({ resources });
const found = runs.flatMap(({ tool, results }) =>
  results.map(({ rule: { id, toolComponent }, locations }) => {
    const plugin = tool.extensions.find(({ name }) => name === toolComponent.name);
    const { name } = plugin.rules.find((rule) => rule.id === id);
    const places = locations.flatMap(({ logicalLocations = [] }) => logicalLocations);
    const place = (kind) => places.find((one) => one.kind === kind)?.fullyQualifiedName;
    return {
      rule: `${plugin.name}/${name}`,
      object: place('resource').split('@')[0],
      path: place('element'),
    };
  }),
);
process.stdout.write(JSON.stringify({ rules, resources: resources.length, found }));
