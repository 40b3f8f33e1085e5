/** What can happen while an answer is made. */
export const FAULTS = ['client-hangs-up', 'agent-is-stopped', 'collector-is-away'] as const;

/** How a topology is run, and what is asked of it. */
export interface RunTopologyOptions {
  /** The question. */
  readonly message: string;
  /**
   * Agent that is asked.
   * @default - the one that nobody delegates to
   */
  readonly agent?: string;
  /**
   * Whether the answer is streamed.
   * @default false, but for faults that need a stream
   */
  readonly stream?: boolean;
  /**
   * Whether it is asked as a task of A2A for which nobody waits, from within a span of somebody else's trace. The answer is
   * what came of the task. It goes with neither a stream nor a fault that needs one.
   * @default false
   */
  readonly background?: boolean;
  /**
   * What happens while the answer is made: the client hangs up with the first bytes of a stream; the agent is told to end
   * with the first bytes of a stream, as in a rollout; the collector is away until the answer is there.
   * @default - nothing
   */
  readonly fault?: (typeof FAULTS)[number];
  /**
   * File with manifests of kind Secret, for real models instead of the demo model.
   * @default - the demo model
   */
  readonly secrets?: string;
  /**
   * Whether LiteLLM and the OpenTelemetry Collector of this machine are used instead of their stand-ins.
   * @default false
   */
  readonly real?: boolean;
  /**
   * Where the bundled processes are.
   * @default - those of this package
   */
  readonly binDirectory?: string;
}
