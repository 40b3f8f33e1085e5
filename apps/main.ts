import { App } from 'cdk8s';
import { ArgoCD } from './argocd';
import { dev, prod, staging } from './environments';
import { Hierarchical } from './hierarchical';
import { Research } from './research';
import { Support } from './support';

const app = new App();
new ArgoCD(app, 'argocd', {
  dev: [new Research(app, 'research'), new Support(app, 'support-dev', dev)],
  staging: [new Support(app, 'support-staging', staging)],
  prod: [new Support(app, 'support-prod', prod)],
});
new Hierarchical(app, 'hierarchical');
app.synth();
