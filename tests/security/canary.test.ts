import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCase } from '../../src/lib/server/db/cases.ts';
import { approveErasure } from '../../src/lib/server/flows/approve-erasure.ts';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { requestErasure } from '../../src/lib/server/flows/request-erasure.ts';
import { eventually } from '../support/customer.ts';
import { got } from '../support/journey.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, PASSWORD } from '../support/staff.ts';
import { press, Visitor } from './visitor.ts';

/** Values of one person and one of the staff, each of which stands nowhere else in the world. */
const CANARIES = {
	customer: 'CANARY-9147',
	name: 'Xyloquent Abernathy-Zweibrück',
	street: 'Quizzical Lane 77341',
	city: 'Zyxwoburg',
	postcode: '90417',
	phone: '+4917698231775',
	card: '4012888888881881',
	password: PASSWORD
};

let fleet: Fleet;
let token: string;
beforeAll(async () => {
	fleet = await startFleet({
		env: {
			TAPDONE_LOG_LEVEL: 'trace',
			TAPDONE_ACCESS_LOG: 'on',
			TAPDONE_METRICS_TOKEN: 'm'.repeat(20)
		}
	});
	token = got(await createApiKey(fleet.parts, 'canary', ['cases:write', 'cases:read'])).token;
	const like = await fleet.core.customer('C-1010');
	await fleet.core.put({
		...like,
		id: CANARIES.customer,
		name: CANARIES.name,
		phone: CANARIES.phone,
		address: {
			...like.address,
			street: CANARIES.street,
			city: CANARIES.city,
			postcode: CANARIES.postcode
		}
	});
});
afterAll(() => fleet.close());

/** Every place outside the customer's own page where one of them stands. */
async function found(): Promise<string[]> {
	const { rows: tables } = await sql<{ name: string }>`
		select format('%I.%I', table_schema, table_name) as name from information_schema.tables
		where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`.execute(fleet.db);
	const texts: [string, string][] = [['log', fleet.servers.map(({ log }) => log()).join('\n')]];
	const metrics = await fetch(`${fleet.servers[0]!.url}/metrics`, {
		headers: { authorization: `Bearer ${'m'.repeat(20)}` }
	});
	texts.push(['metrics', await metrics.text()]);
	for (const { name } of tables) {
		const { rows } = await sql<{ text: string | null }>`
			select string_agg(to_jsonb(t)::text, E'\n') as text
			from ${sql.raw(name)} t`.execute(fleet.db);
		texts.push([name, rows[0]?.text ?? '']);
	}
	return texts.flatMap(([place, text]) =>
		Object.entries(CANARIES)
			// The digits of a postcode may stand in any number.
			.filter(([, value]) =>
				new RegExp(`(?<![0-9a-f])${escaped(value)}(?![0-9a-f])`, 'i').test(text)
			)
			.map(([canary]) => `${canary} in ${place}`)
	);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

test('S7: what is personal stands in no log, metric, job or column in the clear, before and after an erasure', async () => {
	const opened = await fetch(`${fleet.servers[0]!.url}/api/v1/cases`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${token}`,
			'content-type': 'application/json',
			'idempotency-key': 'canary-1'
		},
		body: JSON.stringify({
			workflow: 'address-update',
			customer: CANARIES.customer,
			contacts: { sms: CANARIES.phone }
		})
	});
	const { id } = (await opened.json()) as { id: string };
	const visitor = new Visitor(fleet);
	const link = await eventually(async () => {
		const renewed = await renewLink(fleet.parts, 'key:canary', id, { send: true });
		return renewed.ok && new URL(renewed.value.url).pathname;
	});
	// The workflow asks for facts besides the code: wrong ones are typed, too.
	const path = await press(visitor, link);
	await visitor.post(`${path}/verify?/send`, { channel: 'sms' });
	await visitor.post(`${path}/verify?/facts`, { postcode: CANARIES.postcode });
	await visitor.get(`${path}/verify`);
	const held = JSON.stringify((await loadCase(fleet.parts, id))?.content);
	expect(held).toContain(CANARIES.phone);
	await visitor.post('/sign-in', { email: 'nobody@example.org', password: PASSWORD });
	await visitor.post('/sign-in', { email: CANARIES.card, password: CANARIES.card });
	await visitor.get(`/l/${CANARIES.card}`);
	expect(await found()).toEqual([]);

	const asks = await addStaffMember(fleet.parts, { roles: ['administrator'] });
	const decides = await addStaffMember(fleet.parts, { roles: ['approver'] });
	const { customer } = CANARIES;
	const request = { customer, reason: 'by letter' };
	const { id: erasure } = got(await requestErasure(fleet.parts, asks.principal, request));
	got(await approveErasure(fleet.parts, decides.principal, { id: erasure, customer }));
	expect(await found()).toEqual([]);
	const gone = await visitor.get(path);
	expect(gone.location ?? gone.status).toMatch(/^\/gone/);
});
