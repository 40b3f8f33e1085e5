import { tool } from 'cdk8s-kaos/tool';
import { z } from 'zod';

export const speak = tool({ description: 'Speaks', input: z.object({}), handler: () => 'Hello!' });
