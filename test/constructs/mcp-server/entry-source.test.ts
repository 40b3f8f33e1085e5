import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Egress, type IMCPServer, MCPServer, Tools } from '../../../constructs';
import { envOf, find, problemsOf, synth } from '../../support/synth';

const IMAGE = 'registry.example.com/github-mcp:1.4.0';

const github = Tools.define({
  image: IMAGE,
  args: ['http', '--port', '8082'],
  port: 8082,
  constants: { GITHUB_READ_ONLY: '1' },
  env: { GITHUB_TOKEN: 'secret', GITHUB_HOST: 'text?', GITHUB_ORG: 'text', EXTRA_KEY: 'secret?' },
  egress: [Egress.toInternet()],
  toolNames: ['get_issue', 'list_issues'],
});

function tokenOf(scope: Construct): SecretValue {
  return { secret: Secret.fromSecretName(scope, 'keys', 'github'), key: 'token' };
}

test('the entry says how, the user says with what', () => {
  const manifests = synth((scope) => {
    const tools = github({ GITHUB_TOKEN: tokenOf(scope), GITHUB_ORG: 'example' });
    new MCPServer(scope, 'github', { tools });
  });
  const [container] = find(manifests, 'Deployment', 'mcpserver-github').spec.template.spec.containers;
  expect(container).toMatchObject({ image: IMAGE, args: ['http', '--port', '8082'] });
  expect(container.env).toEqual([
    { name: 'GITHUB_READ_ONLY', value: '1' },
    { name: 'GITHUB_ORG', value: 'example' },
    { name: 'GITHUB_TOKEN', valueFrom: { secretKeyRef: { name: 'github', key: 'token' } } },
  ]);
  const policy = JSON.stringify(find(manifests, 'NetworkPolicy', 'mcpserver-github').spec.egress);
  expect(policy).toContain('"cidr":"0.0.0.0/0"');
});

test('one entry makes as many servers as there are users', () => {
  const manifests = synth((scope) => {
    const GITHUB_TOKEN = tokenOf(scope);
    for (const GITHUB_ORG of ['a', 'b'])
      new MCPServer(scope, GITHUB_ORG, { tools: github({ GITHUB_TOKEN, GITHUB_ORG }) });
  });
  const orgs = ['a', 'b'].map((org) => envOf(find(manifests, 'Deployment', `mcpserver-${org}`)).GITHUB_ORG);
  expect(orgs).toEqual(['a', 'b']);
});

/** What must not compile; `npm run lint` asks the compiler. */
export function wrongUses(scope: Construct, token: SecretValue): void {
  const complete = { GITHUB_TOKEN: token, GITHUB_ORG: 'example' };
  const server: IMCPServer<'get_issue' | 'list_issues'> = new MCPServer(scope, 'a', {
    tools: github(complete),
  });
  // @ts-expect-error -- it has no such tool
  const other: IMCPServer<'merge'> = new MCPServer(scope, 'a', { tools: github(complete) });
  // @ts-expect-error -- the token is missing
  github({ GITHUB_ORG: 'example' });
  // @ts-expect-error -- all is missing
  github();
  // @ts-expect-error -- a text is no secret
  github({ ...complete, GITHUB_TOKEN: 'ghp' });
  // @ts-expect-error -- nor is an optional one
  github({ ...complete, EXTRA_KEY: 'key' });
  // @ts-expect-error -- a secret is no text
  github({ ...complete, GITHUB_HOST: token });
  // @ts-expect-error -- it knows nothing of it
  github({ ...complete, GITHUB_URL: 'https://github.com' });
  // @ts-expect-error -- a kind that there is not
  Tools.define({ image: IMAGE, env: { A: 'number' } });
  Tools.define({ image: IMAGE })();
  Tools.define({ image: IMAGE, env: { A: 'text?' } })();
  // @ts-expect-error -- it takes none
  Tools.define({ image: IMAGE })({ A: 'b' });
  void [server, other];
}

/** As JavaScript has it, where no compiler looked. */
const loosely = github as (values?: Readonly<Record<string, unknown>>) => Tools;

test.each<[string, (scope: Construct) => Readonly<Record<string, unknown>> | undefined, string[]]>([
  [
    'all is missing',
    () => undefined,
    [
      `GITHUB_TOKEN is missing, which ${IMAGE} requires; give a SecretValue`,
      `GITHUB_ORG is missing, which ${IMAGE} requires; give a text`,
    ],
  ],
  [
    'a variable is not known',
    (scope) => ({ GITHUB_TOKEN: tokenOf(scope), GITHUB_ORG: 'a', GITHUB_URL: 'b' }),
    [
      `GITHUB_URL is no variable of ${IMAGE}; ` +
        'give some of GITHUB_TOKEN, GITHUB_HOST, GITHUB_ORG, EXTRA_KEY',
    ],
  ],
  [
    'a secret is a text',
    () => ({ GITHUB_TOKEN: 'not-shown', GITHUB_ORG: 'a' }),
    ['GITHUB_TOKEN is of type string; give a SecretValue'],
  ],
  [
    'a text is a secret',
    (scope) => ({ GITHUB_TOKEN: tokenOf(scope), GITHUB_ORG: { secret: 1 } }),
    ['GITHUB_ORG is of type object; give a text'],
  ],
])('fails when %s', (_, values, problems) => {
  const reported = problemsOf((scope) => new MCPServer(scope, 'github', { tools: loosely(values(scope)) }));
  expect(reported).toEqual(problems.map((problem) => `[research/github] ${problem}`));
});

test('fails when an entry has kinds that there are not, or says a thing twice', () => {
  const tools = Tools.define({
    image: IMAGE,
    env: { A: 'number' as 'text', B: 'text' },
    constants: { B: 'b' },
  })({ A: 'a', B: 'b' });
  expect(problemsOf((scope) => new MCPServer(scope, 'github', { tools }))).toEqual([
    `[research/github] B is in env and in constants of ${IMAGE}; leave one of the two out`,
    `[research/github] A of ${IMAGE} is of kind "number"; give one of secret, secret?, text, text?`,
  ]);
});
