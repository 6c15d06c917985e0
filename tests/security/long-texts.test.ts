import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLES } from '../../src/lib/domain/staff/permissions.ts';
import { askedForPerson } from '../support/desk.ts';
import { startFleet, type Fleet } from '../support/servers.ts';
import { addStaffMember } from '../support/staff.ts';
import { NO_JOBS } from './tables.ts';
import {
	BEHIND_PROXY,
	enter,
	KNOWN,
	newAddress,
	newLink,
	press,
	publishKnown,
	Visitor
} from './visitor.ts';

let fleet: Fleet;
/** Cookies of somebody of the staff with every role, and of a customer. */
let staff: string;
let customer: string;
let desk: string;
let exception: string;
let inside: string;
let unverified: string;
beforeAll(async () => {
	fleet = await startFleet({ env: { ...BEHIND_PROXY, ...NO_JOBS } });
	const eve = await addStaffMember(fleet.parts, { roles: [...ROLES], teams: ['arrangements'] });
	staff = `__Host-staff=${eve.secret}`;
	const asked = await askedForPerson(fleet, 'C-1025');
	desk = `/desk/cases/${asked.caseId}`;
	({ exception } = asked);
	const visitor = new Visitor(fleet);
	const { link } = await newLink(fleet, { workflow: 'address-update', customer: 'C-1010' });
	inside = await enter(fleet, visitor, link);
	await publishKnown(fleet);
	const known = await newLink(fleet, { workflow: KNOWN, customer: 'C-1011' });
	unverified = await press(visitor, known.link);
	customer = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
});
afterAll(() => fleet.close());

/** Each is repeated to some 30 KB, and ends once as it goes and once in what does not fit. */
const PIECES = [
	...[
		'a',
		' ',
		'1',
		'1 ',
		'a.',
		'@',
		'a@',
		'+1 ',
		'-',
		'\n',
		'x\u200d',
		'４',
		'(',
		'<',
		',',
		'de89 '
	]
];
const BYTES = 30_000;
/** What makes the other fields of a form right, so that the long one is come to. */
const filled = () => ({
	...{ exception, fact: 'overdue_days', why: 'x', action: 'plan', outcome: 'cancelled' },
	...{ side: '1', customer: 'C-1025', reason: 'x', settles: 'applied', key: 'collections-plan' },
	...{ new_street: 'a', new_city: 'a', new_postcode: '28195', page: 'choose' }
});

const fields = (): [string, string[], string][] => [
	['/sign-in', ['email', 'password'], staff],
	['/sign-in/again', ['proof'], staff],
	['/desk?/find', ['customer'], staff],
	['/desk?/next', ['team', 'cursor'], staff],
	[`${desk}?/note`, ['text'], staff],
	[`${desk}?/ask`, ['words'], staff],
	[`${desk}?/correct`, ['value', 'why'], staff],
	[`${desk}?/grant`, ['days', 'min.amount'], staff],
	[`${desk}?/decide`, ['note'], staff],
	[`${desk}?/propose`, ['reference'], staff],
	['/console/workflows/collections-plan/who', ['customer'], staff],
	['/console/workflows/collections-plan/clauses', ['value', 'when'], staff],
	['/console/workflows?/begin', ['key'], staff],
	['/console/erasures?/request', ['reason'], staff],
	['/console/staff?/add', ['email', 'name', 'teams'], staff],
	['/console/preview', ['language'], staff],
	[`${unverified}/verify?/check`, ['code'], customer],
	[`${unverified}/verify?/facts`, ['fact.postcode'], customer],
	[`${inside}/do/change-address?/save`, ['new_street', 'new_postcode', 'valid_from'], customer],
	[`${inside}/help?/later`, ['days'], customer],
	[`${inside}/language`, ['language'], customer]
];

/** Posts one field with this text, the others right. Gives the milliseconds until it was answered. */
async function post(path: string, name: string, text: string, cookie: string): Promise<number> {
	const body = new FormData();
	for (const [field, value] of Object.entries(filled())) body.set(field, value);
	body.set(name, text);
	const headers = { origin: fleet.origin, 'x-forwarded-for': newAddress(), cookie };
	const url = `${fleet.servers[0]!.url}${path}`;
	const started = performance.now();
	const answer = await fetch(url, { method: 'POST', redirect: 'manual', headers, body });
	await answer.text();
	expect(answer.status, said(path, name, text)).toBeLessThan(500);
	return performance.now() - started;
}

const said = (path: string, name: string, text: string) =>
	`${path} ${name} ${JSON.stringify(text.slice(0, 8))}`;

test('H10: whatever is typed into a field, however long, is answered at once', async () => {
	const texts = PIECES.flatMap((piece) => {
		const long = piece.repeat(Math.floor(BYTES / Buffer.byteLength(piece)));
		return [long, `${long}!`];
	});
	// All fields together with a short text: what backtracks over 30 KB takes minutes for one alone.
	let base = 0;
	for (const [path, names, cookie] of fields())
		for (const name of names) base += await post(path, name, 'a', cookie);
	for (const [path, names, cookie] of fields())
		for (const name of names)
			for (const text of texts) {
				const ms = await post(path, name, text, cookie);
				expect(ms / base, said(path, name, text)).toBeLessThan(5);
			}
});
