import { type LoopResult } from './loop';

/**
 * Is told what happens while a reply comes about, in the order in which it happens. The loop waits for each promise,
 * so a listener that is slow slows the model down, and one that throws ends the request.
 */
export interface LoopListener {
  /**
   * A piece of what the agent says. All pieces together are the content of the result. Without this, the model is
   * not asked to stream.
   */
  text?(piece: string): Promise<void>;
  /** A piece of what the model says to itself before it answers; no part of what the agent says. */
  reasoning?(piece: string): Promise<void>;
  /** A tool call or a delegation begins, and later succeeds or fails. */
  progress?(progress: CallProgress): Promise<void>;
  /** All is said and done, and kept; the span of the request is still open. */
  answered?(result: LoopResult): Promise<void>;
}

export interface CallProgress {
  readonly kind: 'tool' | 'delegation';
  /** The same at the beginning and at the end. */
  readonly id: string;
  /** The tool as the model calls it, or the agent that the task is for. */
  readonly name: string;
  readonly state: 'started' | 'succeeded' | 'failed';
}
