import { tool } from 'cdk8s-kaos/tool';
import { z } from 'zod';

export const add = tool({
  description: 'Adds two numbers and returns the sum.',
  input: z.object({
    a: z.number().describe('First number'),
    b: z.number().describe('Second number'),
  }),
  handler: ({ a, b }) => String(a + b),
});
