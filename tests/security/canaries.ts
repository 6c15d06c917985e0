import { sql } from 'kysely';
import type { Fleet } from '../support/servers.ts';
import { PASSWORD } from '../support/staff.ts';

export const METRICS_TOKEN = 'm'.repeat(20);

/** Everything is told that can be. */
export const TALKATIVE = {
	TAPDONE_LOG_LEVEL: 'trace',
	TAPDONE_ACCESS_LOG: 'on',
	TAPDONE_METRICS_TOKEN: METRICS_TOKEN
};

/** Values of one person and one of the staff, each of which stands nowhere else in the world. */
export const CANARIES = {
	customer: 'CANARY-9147',
	name: 'Xyloquent Abernathy-Zweibrück',
	street: 'Quizzical Lane 77341',
	city: 'Zyxwoburg',
	postcode: '90417',
	phone: '+4917698231775',
	card: '4012888888881881',
	password: PASSWORD,
	/** What staff write about them. */
	note: 'Jabberwocky by telephone'
};

/** The person, in the system of record. */
export async function plant({ core }: Pick<Fleet, 'core'>): Promise<void> {
	const like = await core.customer('C-1010');
	const { customer: id, name, phone, street, city, postcode } = CANARIES;
	await core.put({
		...like,
		id,
		name,
		phone,
		address: { ...like.address, street, city, postcode }
	});
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Which of them stand in a text, but for those that may. */
export const canariesIn = (text: string, may: (keyof typeof CANARIES)[] = []): string[] =>
	Object.entries(CANARIES)
		.filter(([name]) => !may.includes(name as keyof typeof CANARIES))
		// The digits of a postcode may stand in any number.
		.filter(([, value]) => new RegExp(`(?<![0-9a-f])${escaped(value)}(?![0-9a-f])`, 'i').test(text))
		.map(([name]) => name);

/** Every place outside the pages where one of them stands: log, metrics, every column of every table. */
export async function found(fleet: Fleet): Promise<string[]> {
	const { rows: tables } = await sql<{ name: string }>`
		select format('%I.%I', table_schema, table_name) as name from information_schema.tables
		where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`.execute(fleet.db);
	const texts: [string, string][] = [['log', fleet.servers.map(({ log }) => log()).join('\n')]];
	const metrics = await fetch(`${fleet.servers[0]!.url}/metrics`, {
		headers: { authorization: `Bearer ${METRICS_TOKEN}` }
	});
	texts.push(['metrics', await metrics.text()]);
	for (const { name } of tables) {
		const { rows } = await sql<{ text: string | null }>`
			select string_agg(to_jsonb(t)::text, E'\n') as text
			from ${sql.raw(name)} t`.execute(fleet.db);
		texts.push([name, rows[0]?.text ?? '']);
	}
	return texts.flatMap(([place, text]) =>
		canariesIn(text).map((canary) => `${canary} in ${place}`)
	);
}
