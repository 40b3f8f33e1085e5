import { type IConstruct } from 'constructs';
import { HTTP_PORT, PYTHON_SERVER_COMMAND, pythonServerConfigToEnv } from '../../runtime/contract';
import { pythonRuntimeImage } from '../images';
import { RUNTIME_PROCESS } from '../workload/runtime-process';
import { type PythonOrigin, readPythonCode } from './python-code';
import { type ServerPod, type ToolSource } from './tool-source';

/** Where a server finds its code. */
const TOOLS_DIRECTORY = '/etc/kaos/tools';

/** Tools written in Python, served by FastMCP. */
export class PythonSource implements ToolSource {
  // Props are searched for keys as they are; code is searched as code.
  readonly #origin: PythonOrigin;

  constructor(origin: PythonOrigin) {
    this.#origin = origin;
  }

  podOf(scope: IConstruct, name: string): ServerPod {
    const { fileName, code } = readPythonCode(scope, this.#origin);
    return {
      ...RUNTIME_PROCESS,
      resources: { cpu: '50m', memory: '192Mi', memoryLimit: '512Mi' },
      image: pythonRuntimeImage(scope),
      command: PYTHON_SERVER_COMMAND,
      looksAtPages: true,
      takesKeys: true,
      files: { mountPath: TOOLS_DIRECTORY, data: { [fileName]: code } },
      env: () =>
        pythonServerConfigToEnv({ name, port: HTTP_PORT, toolsFile: `${TOOLS_DIRECTORY}/${fileName}` }),
    };
  }
}
