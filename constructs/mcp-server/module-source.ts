import { type IConstruct } from 'constructs';
import { HTTP_PORT, MCP_SERVER_COMMAND, mcpServerConfigToEnv } from '../../runtime/contract';
import { runtimeImage } from '../images';
import { RUNTIME_PROCESS } from '../workload/runtime-process';
import { bundleToolModule, type ToolBundle } from './tool-bundle';
import { type ServerPod, type ToolSource } from './tool-source';

/** Where a server finds its tool modules. */
const TOOLS_DIRECTORY = '/etc/kaos/tools';

/** Tools written in TypeScript or JavaScript, served by our own process. */
export class ModuleSource implements ToolSource {
  constructor(private readonly path: string) {}

  podOf(scope: IConstruct, name: string): ServerPod {
    return modulePod(scope, name, bundleToolModule(scope, this.path));
  }
}

/** The pod of our own process that has a bundled module. */
export function modulePod(scope: IConstruct, name: string, { fileName, code }: ToolBundle): ServerPod {
  return {
    ...RUNTIME_PROCESS,
    image: runtimeImage(scope),
    command: MCP_SERVER_COMMAND,
    looksAtPages: true,
    takesKeys: true,
    files: { mountPath: TOOLS_DIRECTORY, data: { [fileName]: code } },
    env: () =>
      mcpServerConfigToEnv({ name, port: HTTP_PORT, toolModules: [`${TOOLS_DIRECTORY}/${fileName}`] }),
  };
}
