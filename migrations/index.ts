import * as path from './0001_path.ts';
import * as recovery from './0002_recovery.ts';

/** Every migration by its name; Kysely runs them in the order of the names. */
export const migrations = { '0001_path': path, '0002_recovery': recovery };
