import { migrateJobs } from '../lib/server/jobs/migrate.ts';
import { grantRole } from '../lib/server/db/grant-role.ts';
import { migrate } from '../lib/server/db/migrate.ts';
import { VARIABLES } from '../lib/server/config/variables.ts';
import { readArguments } from './support/arguments.ts';
import { openOrStop } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage: npm run migrate
Brings the database (DATABASE_URL, else the embedded one in TAPDONE_DATA) to this build's schema. Run it
before the first process of a new build starts; processes of the build before may be serving meanwhile.
Where TAPDONE_SERVING_ROLE names the role that serves, it is granted what it needs: then DATABASE_URL of
this command names the owner of the tables, and DATABASE_URL of all others that role.`;

readArguments(USAGE, {}, false);
const named = VARIABLES.TAPDONE_SERVING_ROLE.schema
	.optional()
	.safeParse(process.env.TAPDONE_SERVING_ROLE?.trim() || undefined);
if (!named.success) stopWith('TAPDONE_SERVING_ROLE is no name of a role.', 2);
const role = named.data;
const database = await openOrStop({
	url: process.env.DATABASE_URL || undefined,
	dataDir: process.env.TAPDONE_DATA || 'data',
	poolSize: 2,
	role: 'migrate'
});
try {
	const ran = await migrate(database.db);
	for (const name of ran) console.log(`migrated ${name}`);
	if (ran.length === 0) console.log('the schema is current');
	await migrateJobs(database);
	console.log('the job tables are current');
	if (role !== undefined && database.kind === 'postgres') {
		await grantRole(database.db, role);
		console.log(`${role} may serve, and may not change the record`);
	}
} finally {
	await database.close();
}
