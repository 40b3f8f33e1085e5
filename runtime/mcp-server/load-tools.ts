import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { types } from 'node:util';
import { compileFunction } from 'node:vm';
import { ConfigError } from '../contract';
import { PROVIDED } from './provided-modules';
import { isTool, type ToolDefinition } from './tool';

/** A tool under the name that callers use. */
export interface NamedTool {
  readonly name: string;
  readonly definition: ToolDefinition;
}

/**
 * Loads CommonJS modules and takes their tools.
 *
 * @throws ConfigError when a module cannot be loaded, holds no tool, or a name is taken twice
 */
export function loadTools(paths: readonly string[]): readonly NamedTool[] {
  const tools = paths.flatMap((path) => toolsOf(path));
  const names = tools.map((tool) => tool.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`two tools are called "${twice}"; give one of them another name`);
  return tools;
}

function toolsOf(path: string): NamedTool[] {
  const tools = Object.entries(loadModule(path) ?? {}).flatMap(([exportName, value]) =>
    isTool(value) ? [{ name: value.name ?? exportName, definition: value }] : [],
  );
  if (tools.length === 0) throw wrong(`"${path}" exports no tool; export what tool({ … }) returns`);
  return tools;
}

function loadModule(path: string): Record<string, unknown> | null | undefined {
  if (!['.js', '.cjs'].includes(extname(path))) {
    throw wrong(`"${path}" is no CommonJS module; give a .js or .cjs file`);
  }
  const file = resolve(path);
  const nodeRequire = createRequire(file);
  const require = (id: string): unknown => (Object.hasOwn(PROVIDED, id) ? PROVIDED[id] : nodeRequire(id));
  const module = { exports: {} };
  try {
    const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
    const run = compileFunction(readFileSync(file, 'utf8'), parameters, { filename: file });
    run(module.exports, require, module, file, dirname(file));
  } catch (error) {
    throw wrong(`"${path}" cannot be loaded: ${types.isNativeError(error) ? error.message : String(error)}`);
  }
  return module.exports;
}

function wrong(problem: string): ConfigError {
  return new ConfigError([`MCP_TOOL_MODULES: ${problem}`]);
}
