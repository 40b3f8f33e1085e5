import { tool } from 'cdk8s-kaos/tool';
import { z } from 'zod';

export const echo = tool({
  description: 'Searches for a message and returns what it found, which is the message itself.',
  input: z.object({ message: z.string().describe('What to search for') }),
  handler: ({ message }) => `Echo: ${message}`,
});
