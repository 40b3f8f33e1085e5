import { join } from 'node:path';
import { type Component } from './component';
import { installPython } from './python-environment';
import { ROOT } from './root';

const ENVIRONMENT = join(ROOT, '.components/litellm');

/** The LiteLLM proxy. */
export const LITELLM = join(ENVIRONMENT, 'bin/litellm');

/** LiteLLM in the newest version of its line with long-term support that package indexes have. */
export const litellm: Component = {
  name: 'LiteLLM',
  without: 'tests of its configuration are skipped, and `--real` keeps the embedded gateway',
  install: () =>
    installPython({
      directory: ENVIRONMENT,
      requirements: join(__dirname, 'litellm/requirements.txt'),
      module: 'litellm.proxy',
    }),
};
