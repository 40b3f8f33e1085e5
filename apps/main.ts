import { App } from 'cdk8s';
import { Research } from './research';

const app = new App();
new Research(app, 'research');
app.synth();
