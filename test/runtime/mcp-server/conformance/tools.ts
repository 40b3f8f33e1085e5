import { type JsonSchema, tool } from 'cdk8s-kaos/tool';
import { z } from 'zod';

/** The tools that the official conformance suite looks for, as far as ours can be such. */
const nothing = z.object({});
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

export const test_simple_text = tool({
  description: 'Answers with text',
  input: nothing,
  handler: () => 'This is a simple text response for testing.',
});

export const test_image_content = tool({
  description: 'Answers with an image',
  input: nothing,
  handler: () => ({ content: [{ type: 'image', data: png, mimeType: 'image/png' }] }),
});

export const test_audio_content = tool({
  description: 'Answers with a sound',
  input: nothing,
  handler: () => ({ content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] }),
});

export const test_embedded_resource = tool({
  description: 'Answers with a text that has an address',
  input: nothing,
  handler: () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  }),
});

export const test_multiple_content_types = tool({
  description: 'Answers with several kinds of content',
  input: nothing,
  handler: () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: png, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data","value":123}',
        },
      },
    ],
  }),
});

export const test_error_handling = tool({
  description: 'Never works',
  input: nothing,
  handler: () => {
    throw new Error('This tool intentionally returns an error for testing');
  },
});

/** Of its arguments, one goes into a header too. */
const placed: JsonSchema = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, query: { type: 'string' } },
  required: ['region'],
};

export const test_header = tool({ description: 'Says where', input: placed, handler: (args) => args });

const text = { type: 'string' };
const schema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: { $anchor: 'addressDef', type: 'object', properties: { street: text, city: text } },
  },
  properties: {
    name: text,
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: text,
    email: text,
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

export const json_schema_2020_12_tool = tool({
  description: 'Has a schema with words of 2020-12',
  input: schema,
  handler: (args) => args,
});
