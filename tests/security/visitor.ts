import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { OpenCase } from '../../src/lib/contracts/cases.ts';
import { codeOf } from '../../src/lib/server/crypto/codes.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { type Answer, Customer } from '../support/customer.ts';
import { openCase } from '../support/open-case.ts';
import type { Fleet } from '../support/servers.ts';

/** One proxy stands in front: every visitor has an address of its own, unless a test says. */
export const BEHIND_PROXY = { TAPDONE_TRUSTED_HOPS: '1' };

let addresses = 0;
export function newAddress(): string {
	addresses += 1;
	return `198.18.${addresses >> 8}.${addresses & 255}`;
}

/** A customer, or somebody who holds a customer's link, behind an address of their own. */
export class Visitor extends Customer {
	source = newAddress();

	constructor({ servers, origin }: Pick<Fleet, 'servers' | 'origin'>, node = 0) {
		super(servers[node]!.url, origin);
	}

	override send(...[method, path, body, headers]: Parameters<Customer['send']>): Promise<Answer> {
		return super.send(method, path, body, { 'x-forwarded-for': this.source, ...headers });
	}

	/** Another browser with the same cookies, at another node if one is given. */
	twin(fleet: Pick<Fleet, 'servers' | 'origin'>, node = 0): Visitor {
		const twin = new Visitor(fleet, node);
		for (const [name, value] of this.cookies) twin.cookies.set(name, value);
		return twin;
	}
}

export const hashOf = ({ vault }: Pick<Fleet, 'vault'>, customer: string): string =>
	vault.hash('customer', customer);

let cases = 0;
/** Another one each time: a trigger with the same day would join the open case. */
function newDay(): string {
	cases += 1;
	return new Date(Date.UTC(2026, 0, cases)).toISOString().slice(0, 10);
}

/** A new case and the path of its link. */
export async function newLink(
	fleet: Fleet,
	line: Partial<OpenCase> & Pick<OpenCase, 'customer'>
): Promise<{ id: string; link: string }> {
	const { workflow = PAYMENT } = line;
	const facts = { balance: 3363, due_date: newDay() };
	const pays = workflow === PAYMENT || workflow === KNOWN;
	const id = await openCase(fleet, { ...(pays && { facts }), ...line, workflow });
	const renewed = await renewLink(fleet.parts, 'key:test', id, { send: false });
	if (!renewed.ok) throw new Error(renewed.reason);
	return { id, link: new URL(renewed.value.url).pathname };
}

const PAYMENT = 'failed-payment';
/** The same, but it asks for known facts first, and for nothing more after failures. */
export const KNOWN = 'known-payment';

/** Publishes it. */
export async function publishKnown({ parts }: Pick<Fleet, 'parts'>): Promise<void> {
	const file = join(import.meta.dirname, '../../workflows/failed-payment.yaml');
	const source = readFileSync(file, 'utf8')
		.replace('workflow: failed-payment', `workflow: ${KNOWN}`)
		.replace('base: code', 'base: known-facts')
		.replace('stricter: code-and-facts', 'stricter: known-facts');
	const published = await publishWorkflow(parts, source, 'test');
	if (!published.ok) throw new Error(JSON.stringify(published));
}

/** The first press; gives the visit's path, `/a/…`. */
export async function press(visitor: Customer, link: string): Promise<string> {
	const { location, status } = await visitor.post(link);
	const path = /^\/a\/[\w-]+/.exec(location ?? '')?.[0];
	if (!path) throw new Error(`The press led to ${status} ${location}.`);
	return path;
}

export const visitId = (path: string): string => path.split('/')[2]!;

/** Makes everything that a person was sent look ten minutes older, so that the next code may go. */
export async function passGap({ db }: Pick<Fleet, 'db'>, customerHash: string): Promise<void> {
	await sql`update challenges set created_at = created_at - interval '11 minutes'
		where customer_hash = ${customerHash}`.execute(db);
	await sql`delete from counters where key like 'sends-%'`.execute(db);
}

/** Asks for a code and gives what the newest challenge of the visit expects. */
export async function askCode(fleet: Fleet, visitor: Customer, path: string): Promise<string> {
	const sent = await visitor.post(`${path}/verify?/send`, { channel: 'sms' });
	if (sent.location !== `${path}/verify`) throw new Error(`No code: ${sent.location}`);
	return expectedCode(fleet, visitId(path));
}

/** The code of a visit's newest challenge, living or not. */
export async function expectedCode({ db, vault }: Fleet, visit: string): Promise<string> {
	const row = await db
		.selectFrom('challenges')
		.innerJoin('cases', 'cases.id', 'challenges.case_id')
		.select(['challenges.secret', 'cases.key'])
		.where('visit_id', '=', visit)
		.orderBy('challenges.id', 'desc')
		.executeTakeFirstOrThrow();
	const key = await vault.openCaseKey(row.key);
	return codeOf(await vault.open<string>(key, row.secret, 'challenges.secret'));
}

/** Six digits that are not these. */
export const wrong = (code: string): string =>
	code.replace(/^./, (digit) => String((Number(digit) + 5) % 10));

export const check = (visitor: Customer, path: string, code: string): Promise<Answer> =>
	visitor.post(`${path}/verify?/check`, { code });

/** What the answer to a press says: `?said=`, or `in` when it led into the case. */
export function said({ location, status }: Answer): string {
	const url = new URL(location ?? '/', 'http://none');
	if (/^\/a\/[\w-]+$/.test(url.pathname)) return 'in';
	return url.searchParams.get('said') ?? `${status} ${url.pathname}`;
}

/** From the link to a verified visit; gives the visit's path. */
export async function enter(fleet: Fleet, visitor: Customer, link: string): Promise<string> {
	const path = await press(visitor, link);
	const entered = await check(visitor, path, await askCode(fleet, visitor, path));
	if (said(entered) !== 'in') throw new Error(`Not in: ${entered.location}`);
	return entered.location!;
}

/** How often a challenge of this visit was compared, and how many challenges it has. */
export const challengesOf = ({ db }: Pick<Fleet, 'db'>, path: string) =>
	db
		.selectFrom('challenges')
		.select(['compared', 'used_at', 'ended_at'])
		.where('visit_id', '=', visitId(path))
		.orderBy('id')
		.execute();

/** The page as it would be without what is new in each answer: the nonces. */
export const withoutNonce = (body: string): string => body.replaceAll(/nonce="[^"]*"/g, 'nonce=""');

/** The person's count of wrong codes. */
export const factorOf = ({ db }: Pick<Fleet, 'db'>, customerHash: string) =>
	db
		.selectFrom('factors')
		.selectAll()
		.where('customer_hash', '=', customerHash)
		.where('factor', '=', 'code')
		.executeTakeFirst();

export const alertsOf = async ({ db }: Pick<Fleet, 'db'>): Promise<string[]> =>
	(await db.selectFrom('alerts').select('kind').execute()).map(({ kind }) => kind);

/** How often each answer came. */
export function tally(answers: readonly string[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
	return counts;
}
