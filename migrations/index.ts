import * as path from './0001_path.ts';
import * as recovery from './0002_recovery.ts';
import * as staff from './0003_staff.ts';
import * as channels from './0004_channels.ts';
import * as outreach from './0005_outreach.ts';
import * as trust from './0006_trust.ts';
import * as exceptions from './0007_exceptions.ts';
import * as workflowChanges from './0008_console.ts';

/** Every migration by its name; Kysely runs them in the order of the names. */
export const migrations = {
	'0001_path': path,
	'0002_recovery': recovery,
	'0003_staff': staff,
	'0004_channels': channels,
	'0005_outreach': outreach,
	'0006_trust': trust,
	'0007_exceptions': exceptions,
	'0008_console': workflowChanges
};
