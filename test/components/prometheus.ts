import { spawnSync } from 'node:child_process';
import { type Component } from './component';

/** Prometheus, as Debian's package or another has put it on the PATH. */
export const prometheus: Component = {
  name: 'Prometheus',
  without: 'tests of alert rules are skipped',
  install() {
    const { error, stdout, stderr } = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
    if (error)
      return { isThere: false, says: 'not on the PATH; apt-get install prometheus, or your package manager' };
    return { isThere: true, says: `${stdout}${stderr}`.split('\n', 1)[0] ?? '' };
  },
};
