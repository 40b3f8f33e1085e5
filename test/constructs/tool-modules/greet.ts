import { tool } from 'cdk8s-kaos/tool';
import { z } from 'zod';
import { greeting } from './greeting';

export const greet = tool({
  description: 'Greets somebody',
  input: z.object({ name: z.string() }),
  handler: ({ name }) => greeting(name),
});
