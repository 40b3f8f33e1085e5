import { join } from 'node:path';

/** Directory of the project. */
export const ROOT = join(__dirname, '../..');
