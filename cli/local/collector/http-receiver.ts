import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Writer } from 'protobufjs/minimal';
import { decodeJson, decodeProtobuf } from './decode';
import { InvalidTelemetry } from './read';
import { SIGNALS, type Signal } from './records';
import { type TelemetryStore } from './store';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/** OTLP over HTTP into the store, not yet listening: `POST /v1/traces`, `/v1/metrics` and `/v1/logs`. */
export function buildHttpReceiver(store: TelemetryStore, maxBytes: number): FastifyInstance {
  const app = Fastify({ bodyLimit: maxBytes, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([PROTOBUF, JSON_TYPE], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply));
  for (const signal of SIGNALS) {
    app.post<{ Body: Buffer | undefined }>(`/v1/${signal}`, async (request, reply) => {
      const body = await unpack(
        request.body ?? Buffer.alloc(0),
        request.headers['content-encoding'],
        maxBytes,
      );
      store.add(signal, decode(signal, isJson(request), body));
      return isJson(request) ? reply.send({}) : reply.type(PROTOBUF).send(Buffer.alloc(0));
    });
  }
  return app;
}

function decode(signal: Signal, json: boolean, body: Buffer) {
  return json ? decodeJson(signal, body.toString('utf8')) : decodeProtobuf(signal, body);
}

async function unpack(body: Buffer, encoding: string | undefined, maxOutputLength: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) }[encoding.toLowerCase()];
  if (!unzip) throw new Refused(415, `content-encoding is "${encoding}"; give gzip, deflate or none`);
  try {
    return await unzip(body, { maxOutputLength });
  } catch (cause) {
    const isTooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooLarge) throw new Refused(413, `the body is more than ${maxOutputLength} bytes`);
    throw new InvalidTelemetry(`the body is not ${encoding}`, { cause });
  }
}

/** A request refused before it was decoded. */
class Refused extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** OTLP answers a failure with a `google.rpc.Status` in the encoding of the request. */
function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode, text } = failureOf(error);
  const code = GRPC_CODES[statusCode] ?? INTERNAL;
  reply.code(statusCode);
  if (request.headers['content-type']?.startsWith(PROTOBUF)) {
    const status = Writer.create().uint32(8).int32(code).uint32(18).string(text).finish();
    return reply.type(PROTOBUF).send(Buffer.from(status));
  }
  return reply.send({ code, message: text });
}

const INTERNAL = 13;
const GRPC_CODES: Readonly<Record<number, number>> = { 400: 3, 413: 8, 415: 3 };

function failureOf(error: unknown): { statusCode: number; text: string } {
  if (error instanceof InvalidTelemetry) return { statusCode: 400, text: error.message };
  const { statusCode = 500 } = error as { statusCode?: number };
  const isTheirs = error instanceof Error && statusCode < 500;
  return { statusCode, text: isTheirs ? error.message : 'the collector failed to take the request' };
}

function isJson(request: FastifyRequest): boolean {
  return request.headers['content-type']?.startsWith(JSON_TYPE) ?? false;
}
