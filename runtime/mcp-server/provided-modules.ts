import * as zod from 'zod';
import * as toolModule from './tool';

/**
 * What a tool module may import without bringing it along: a process holds one copy, and the module stays small
 * enough to be read in its ConfigMap.
 */
export const PROVIDED: Readonly<Record<string, unknown>> = { zod, 'cdk8s-kaos/tool': toolModule };
