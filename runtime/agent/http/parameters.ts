import { z } from 'zod';
import { type ModelParameters } from '../model/model';

const FORMATS = ['text', 'json_object', 'json_schema'] as const;

export type ResponseFormat = (typeof FORMATS)[number];

const responseFormat = z
  .looseObject({
    type: z.enum(FORMATS, { error: `must be one of ${FORMATS.join(', ')}` }),
    json_schema: z.looseObject({ schema: z.looseObject({}).optional() }).optional(),
  })
  .refine(({ type, json_schema }) => type !== 'json_schema' || json_schema, {
    error: 'is missing',
    path: ['json_schema'],
  });

/**
 * What a client may say of how the model is to answer, with the types and the ranges that OpenAI's API has: what is
 * wrong with it is the client's to know, and not for the model's gateway to find out.
 */
export const parameterFields = {
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string())], { error: 'must be a string or a list of them' }).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.string().nullish(),
  verbosity: z.string().nullish(),
  service_tier: z.string().nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
} as const;

const NAMES = Object.keys(parameterFields);

/** Those of the fields that were given; null is for OpenAI the same as left out. */
export function parametersIn(request: Readonly<Record<string, unknown>>): ModelParameters {
  const given = NAMES.filter((name) => request[name] !== undefined && request[name] !== null);
  return Object.fromEntries(given.map((name) => [name, request[name]]));
}
