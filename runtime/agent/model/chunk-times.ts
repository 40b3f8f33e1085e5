import { type ModelReply } from './model';

/** When the chunks of a streamed reply came; those after the first only for whoever asks. */
export class ChunkTimes {
  private firstMs: number | undefined;
  private readonly laterMs: number[] | undefined;
  private last: number;

  /** @param startedAt when the model was asked, by `performance.now()` */
  constructor(
    private readonly startedAt: number,
    timesAll = false,
  ) {
    this.last = startedAt;
    this.laterMs = timesAll ? [] : undefined;
  }

  /** Takes note of a chunk that came at that time. */
  add(at: number): void {
    if (this.firstMs === undefined) this.firstMs = at - this.startedAt;
    else this.laterMs?.push(at - this.last);
    this.last = at;
  }

  /** What a reply tells of it. */
  get told(): Pick<ModelReply, 'firstChunkMs' | 'laterChunksMs'> {
    return {
      ...(this.firstMs === undefined ? {} : { firstChunkMs: this.firstMs }),
      ...(this.laterMs === undefined ? {} : { laterChunksMs: this.laterMs }),
    };
  }
}
