import { Egress } from '../egress';

/** Port of the server. */
export const OLLAMA_PORT = 11434;

/**
 * Pulls, in the background of a server that it becomes, those of the models given as arguments that are not there. A
 * pull that fails is tried again for as long as the startup probe lets the container live.
 */
export const PULL_AND_SERVE = `(
  until ollama list >/dev/null 2>&1; do sleep 1; done
  for model in "$@"; do
    until ollama show "$model" >/dev/null 2>&1 || ollama pull "$model"; do sleep 5; done
  done
) &
exec ollama serve
`;

/** `[registry/][namespace/]name[:tag]`, a namespace being needed behind a registry. */
const NAME =
  /^(((?<registry>[a-z0-9][\w.:-]{0,349})\/)?[\w][\w-]{0,79}\/)?[\w][\w.-]{0,79}(:[\w][\w.-]{0,79})?$/i;

/** Whether Ollama could know a model by this name. */
export function isOllamaModel(name: string): boolean {
  return NAME.test(name);
}

/** Where the models are pulled from. */
export function registriesOf(models: readonly string[]): Egress[] {
  const registries = models.map((name) => NAME.exec(name)?.groups?.registry);
  return [...new Set(registries)].map((registry) =>
    registry === undefined ? Egress.toInternet() : Egress.toUrl(`https://${registry}`),
  );
}
