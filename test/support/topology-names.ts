/** Names of parts, by which they are found among the manifests. */
export const NAMES = {
  chart: (index: number) => `space-${index}`,
  gateway: (index: number) => `models-${index}`,
  server: (index: number) => `tools-${index}`,
  agent: (index: number) => `worker-${index}`,
  stack: (chart: number, inTeam: boolean) => `${inTeam ? 'team' : 'chart'}-${chart}`,
};
