import { migrateJobs } from '../lib/server/jobs/migrate.ts';
import { migrate } from '../lib/server/db/migrate.ts';
import { readArguments } from './support/arguments.ts';
import { openOrStop } from './support/database.ts';

const USAGE = `Usage: npm run migrate
Brings the database (DATABASE_URL, else the embedded one in TAPDONE_DATA) to this build's schema. Run it
before the first process of a new build starts; processes of the build before may be serving meanwhile.`;

readArguments(USAGE, {}, false);
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
} finally {
	await database.close();
}
