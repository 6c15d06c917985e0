import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { ROLES } from '../../src/lib/domain/staff/permissions.ts';
import { askedForPerson } from '../support/desk.ts';
import { got } from '../support/journey.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { sources } from '../support/sources.ts';
import { addStaffMember } from '../support/staff.ts';
import { BEHIND_PROXY, newAddress } from './visitor.ts';

let fleet: Fleet;
let cookie: string;
let apiKey: string;
/** A case that no text below may bring to light, and a name that no account below has. */
let hidden: string;
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY });
	({ caseId: hidden } = await askedForPerson(fleet, 'C-1025'));
	// Every role but those that see each team's cases.
	const roles = ROLES.filter((role) => role !== 'operations' && role !== 'auditor');
	const { secret } = await addStaffMember(fleet.parts, { roles, teams: ['record-care'] });
	cookie = `__Host-staff=${secret}`;
	apiKey = got(await createApiKey(fleet.parts, 'h8', ['cases:read', 'workflows:read'])).token;
});
afterAll(() => fleet.close());

const CORPUS = [
	`'`,
	`"`,
	`\\`,
	`') or true --`,
	`' or '1'='1`,
	`1 or 1=1`,
	`0; select pg_sleep(30)`,
	`'||pg_sleep(30)||'`,
	`' union select secret_hash, email, password from staff--`,
	`id desc, (select pg_sleep(30))`,
	`opened_at; drop table staff`,
	`$1`,
	`%`,
	`_`,
	`{"$ne":1}`,
	`[]`,
	`data->>'x'`,
	`#>>'{a}'`,
	`\u02bc or 1=1`
];

/** Every parameter that chooses, orders or continues a list; `#` is where the text stands. */
const PLACES = [
	...['queue', 'tab', 'team', 'incident', 'cursor'].map((name) => `/desk?${name}=#`),
	'/desk?cursor=base64#',
	'/desk/cases/#',
	...['from', 'to', 'workflow', 'version'].map((name) => `/console/figures?${name}=#`),
	'/console/figures/csv/#',
	'/console/figures/csv/funnel?workflow=#',
	...['key', '', 'draft', 'clauses', 'who'].map((page) => `/console/workflows/#/${page}`),
	'/console/workflows/address-update?before=#',
	'/console/workflows/address-update/difference?from=#&to=#',
	'/console/workflows/address-update/who?side=#',
	'/console/proposals?before=#',
	'/console/proposals/#',
	'/console/audit?object=#&before=#',
	'/console/staff?after=#',
	'/console/erasures?after=#',
	...['customer', 'workflow', 'stage', 'state', 'cursor', 'limit', 'sort', 'order'].map(
		(name) => `/api/v1/cases?${name}=#`
	),
	'/api/v1/cases/#',
	`/api/v1/cases/HIDDEN?cursor=#`,
	'/api/v1/workflows/#'
];

async function ask(path: string, form?: Record<string, string>) {
	const api = path.startsWith('/api/');
	const answer = await fetch(`${fleet.servers[0]!.url}${path}`, {
		method: form ? 'POST' : 'GET',
		redirect: 'manual',
		headers: {
			accept: api ? 'application/json' : 'text/html',
			'x-forwarded-for': newAddress(),
			...(api ? { authorization: `Bearer ${apiKey}` } : { cookie }),
			...(form && { origin: fleet.origin })
		},
		...(form && { body: new URLSearchParams(form) })
	});
	const body = await answer.text();
	return { status: answer.status, body };
}

/**
 * No failure of ours, nothing that was not asked for, no word of the database. A sleep of it would be a
 * failure, too: it would end at the limit of a statement.
 */
function expectHarmless(said: string, { status, body }: Awaited<ReturnType<typeof ask>>) {
	expect(status, said).toBeLessThan(500);
	expect(body, said).not.toContain(hidden);
	expect(body, said).not.toMatch(/syntax error|SQLSTATE|22P02|42601|pg_catalog|argon2id/i);
}

test('H8: what stands in a parameter of a list is never SQL', async () => {
	const before = await tables();
	for (const place of PLACES)
		for (const text of CORPUS) {
			const bare = encodeURIComponent(text);
			const packed = Buffer.from(JSON.stringify([1, text, text])).toString('base64url');
			const path = place.replace('base64#', packed).replaceAll('#', bare);
			// The case itself may be asked for by its id with a key: then only the parameter is odd.
			if (path.includes('HIDDEN')) {
				const { status } = await ask(path.replace('HIDDEN', hidden));
				expect(status, path).toBeLessThan(500);
			} else expectHarmless(path, await ask(path));
		}
	expect(await tables()).toBe(before);
});

test('H8: nor is what stands in a form', async () => {
	const forms: [string, string[]][] = [
		['/sign-in', ['email', 'password']],
		['/desk?/find', ['customer']],
		['/desk?/next', ['queue', 'tab', 'team', 'cursor']],
		['/desk?/claim', ['exception']],
		['/desk/cases/x?/decide', ['exception', 'outcome', 'note']],
		['/desk/cases/x?/grant', ['exception', 'action', 'days', 'min.amount', 'why']],
		['/desk/cases/x?/correct', ['exception', 'fact', 'value', 'why']],
		['/desk/cases/x?/assign', ['exception', 'to', 'why']],
		['/desk/cases/x?/settle', ['exception', 'proposal', 'approved']],
		['/desk/cases/x?/reveal', ['field']],
		['/console/workflows/address-update/who', ['customer', 'side']],
		['/console/preview', ['key', 'customer', 'side', 'page', 'action', 'language']],
		['/console/erasures?/request', ['customer', 'reason']],
		['/console/staff?/change', ['id', 'do', 'teams', 'role-agent']]
	];
	for (const [path, fields] of forms)
		for (const text of CORPUS) {
			const form = Object.fromEntries(fields.map((field) => [field, text]));
			expectHarmless(`${path} ${text}`, await ask(path, form));
		}
	expect(Number(await tables())).toBeGreaterThan(30);
});

test('H8: no text becomes SQL in the source: every statement is a template, every name a constant', () => {
	const raw = sources('src/**/*.{ts,svelte}').filter(({ text }) => /\bsql\.raw\b/.test(text));
	expect(raw.map(({ path }) => path)).toEqual([]);
	// Names that are put together: of tables and columns in lists of ours, and of the configured role.
	const named = sources('src/**/*.ts').filter(({ text }) =>
		/\bsql\.(ref|id|table|lit)\(/.test(text)
	);
	expect(named.map(({ path }) => path).toSorted()).toEqual(KNOWN_NAMES);
});

async function tables(): Promise<string> {
	const { count } = await fleet.db
		.selectFrom('information_schema.tables' as 'cases')
		.select(({ fn }) => fn.countAll<string>().as('count'))
		.executeTakeFirstOrThrow();
	return String(count);
}

const KNOWN_NAMES = [
	'src/lib/server/db/figures.ts',
	'src/lib/server/db/grant-role.ts',
	'src/lib/server/flows/purge-old.ts',
	'src/lib/server/flows/rewrap-keys.ts',
	'src/lib/server/flows/store-callbacks.ts'
];
