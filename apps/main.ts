import { App } from 'cdk8s';
import { ArgoCD } from './argocd';
import { DevOllamaProxy } from './dev-ollama-proxy';
import { dev, prod, staging } from './environments';
import { Hierarchical } from './hierarchical';
import { MultiAgent } from './multi-agent';
import { Ops } from './ops';
import { PythonTools } from './python-tools';
import { Research } from './research';
import { SimpleEcho } from './simple-echo';
import { Support } from './support';

const app = new App();
new ArgoCD(app, 'argocd', {
  dev: [new Research(app, 'research'), new Support(app, 'support-dev', dev)],
  staging: [new Support(app, 'support-staging', staging)],
  prod: [new Support(app, 'support-prod', prod)],
});
new SimpleEcho(app, 'simple-echo');
new MultiAgent(app, 'multi-agent');
new Hierarchical(app, 'hierarchical');
new DevOllamaProxy(app, 'dev-ollama-proxy');
new PythonTools(app, 'python-tools');
new Ops(app, 'ops');
app.synth();
