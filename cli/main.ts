import { Command, InvalidArgumentError } from 'commander';
import { run, type RunOptions } from './commands/run';
import { toolsLock, type ToolsLockOptions } from './commands/tools-lock';
import { up, type UpOptions } from './commands/up';
import { version } from '../package.json';
import { INTERRUPTED } from './interrupt';
import { InterruptedError, UserError } from './local/errors';

const MESSAGE = '-m, --message <text>';

const program = new Command('kaos')
  .description('Runs synthesized KAOS manifests as processes of this machine')
  .version(version)
  .showHelpAfterError();

program
  .command('up')
  .argument('[chart...]', 'ids of the charts, which run together; none are needed where there is only one')
  .description('start charts and stay up')
  .option(MESSAGE, 'ask once it is ready, and show answer and trace')
  .option('-a, --agent <name>', 'the agent to ask; else the one that nobody delegates to')
  .option('-p, --port <port>', 'port of that agent; else 8000 where it is free', parsePort)
  .option('--manifests <directory>', 'where the synthesized manifests are', 'dist')
  .option('--secrets <file>', 'manifests of kind Secret, for real models instead of the demo model')
  .option('--real', 'LiteLLM and the OpenTelemetry Collector of this machine instead of their stand-ins')
  .action((charts: string[], options: UpOptions) => up(charts, options, __dirname));

program
  .command('run')
  .argument('<chart...>', 'ids of the charts, which run together')
  .description('start charts, ask once, show answer and trace, stop everything')
  .option(MESSAGE, 'the question; it is required')
  .option('-a, --agent <name>', 'the agent to ask; else the one that nobody delegates to')
  .option('--json', 'print one JSON object with answer, spans, logs and metrics')
  .option('--manifests <directory>', 'where the synthesized manifests are', 'dist')
  .option('--secrets <file>', 'manifests of kind Secret, for real models instead of the demo model')
  .option('--real', 'LiteLLM and the OpenTelemetry Collector of this machine instead of their stand-ins')
  .action((charts: string[], options: Partial<RunOptions>, command: Command) => {
    // Asked for here: a required option would be missed before one that is misspelt.
    if (!hasMessage(options)) return command.error(`error: required option '${MESSAGE}' not specified`);
    return run(charts, options, __dirname);
  });

program
  .command('tools')
  .description('what tool servers say of their tools')
  .command('lock')
  .argument('[chart...]', 'ids of the charts; else all')
  .description('write down what tool servers say of their tools, so that agents are offered nothing else')
  .option('--check', 'write nothing, and fail where servers that are locked say something else')
  .option('--lock <file>', 'where it is written down', 'tools.lock.json')
  .option('--manifests <directory>', 'where the synthesized manifests are', 'dist')
  .option('--secrets <file>', 'manifests of kind Secret, to ask servers of other people too')
  .action((charts: string[], options: ToolsLockOptions) => toolsLock(charts, options, __dirname));

program.parseAsync().then(
  // Idle connections would keep the process; what was printed must be out first.
  () => process.stdout.write('', () => process.exit(0)),
  (error: unknown) => {
    const isExpected = error instanceof UserError || error instanceof InterruptedError;
    const text = isExpected ? `kaos: ${error.message}` : error instanceof Error ? error.stack : error;
    const code = error instanceof InterruptedError ? INTERRUPTED : 1;
    process.stderr.write(`${String(text)}\n`, () => process.exit(code));
  },
);

function hasMessage(options: Partial<RunOptions>): options is RunOptions {
  return options.message !== undefined;
}

function parsePort(value: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Give a port from 1 to 65535.');
}
