import { join } from 'node:path';
import { type Component } from './component';
import { installPython } from './python-environment';
import { ROOT } from './root';

const ENVIRONMENT = join(ROOT, '.components/python');

/** Interpreter of the environment. */
export const PYTHON = join(ENVIRONMENT, 'bin/python');

/** FastMCP and OpenTelemetry, in the versions that the image for tools in Python has. */
export const python: Component = {
  name: 'FastMCP and OpenTelemetry for Python',
  without: 'tests of tools in Python are skipped, and `kaos up` needs a Python of yours that has both',
  install: () =>
    installPython({
      directory: ENVIRONMENT,
      requirements: join(ROOT, 'runtime/python/requirements.txt'),
      module: 'fastmcp',
      hashes: true,
    }),
};
