import { ChunkTimes } from '../../../../runtime/agent/model/chunk-times';

test('the first chunk is timed from the question on, each later one from the one before', () => {
  const times = new ChunkTimes(100, true);
  for (const at of [150, 150, 180]) times.add(at);
  expect(times.told).toEqual({ firstChunkMs: 50, laterChunksMs: [0, 30] });
});

test('later chunks are timed for whoever asks, and for nobody else', () => {
  const times = new ChunkTimes(100);
  for (const at of [150, 180]) times.add(at);
  expect(times.told).toEqual({ firstChunkMs: 50 });
});

test('a reply without chunks has no first one', () => {
  expect(new ChunkTimes(100).told).toEqual({});
});
