import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { ArgoApps, ArgoProject } from '../constructs';
import { type Environment } from './environments';

/** Has Argo CD apply the charts of each stage, from the branch that holds what the stage is to run. */
export class ArgoCD extends Chart {
  constructor(
    scope: Construct,
    id: string,
    stages: Readonly<Record<Environment['stage'], readonly Chart[]>>,
  ) {
    super(scope, id, { namespace: 'argocd' });
    const project = new ArgoProject(this, 'agents', { description: 'Agents, in every stage' });
    for (const stage of ['dev', 'staging', 'prod'] as const) {
      new ArgoApps(this, stage, {
        charts: stages[stage],
        project,
        repoURL: 'https://git.example.com/agents.git',
        targetRevision: `env/${stage}`,
        // This chart, and with it how things are delivered, changes when production does.
        root: stage === 'prod',
      });
    }
  }
}
