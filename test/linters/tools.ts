import { join } from 'node:path';

const COMPONENTS = join(__dirname, '../../.components');

export const BINARIES = join(COMPONENTS, 'bin');
/** One file for each kind, as kubeconform asks for them. */
export const SCHEMAS = join(COMPONENTS, 'schemas');

/** A linter that `go install` builds, in the version whose findings are listed here. */
export interface Tool {
  readonly name: string;
  readonly module: string;
  readonly path: string;
  readonly version: string;
}

export const KUBECONFORM: Tool = {
  name: 'kubeconform',
  module: 'github.com/yannh/kubeconform',
  path: 'github.com/yannh/kubeconform/cmd/kubeconform',
  version: 'v0.8.0',
};

export const KUBE_SCORE: Tool = {
  name: 'kube-score',
  module: 'github.com/zegl/kube-score',
  path: 'github.com/zegl/kube-score/cmd/kube-score',
  version: 'v1.20.0',
};
