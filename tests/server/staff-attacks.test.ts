import { generateSync } from 'otplib/functional';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queueQuery } from '../../src/lib/contracts/desk.ts';
import { TooManyHashes } from '../../src/lib/server/crypto/passwords.ts';
import { addStaff } from '../../src/lib/server/flows/add-staff.ts';
import { askInput } from '../../src/lib/server/flows/ask-input.ts';
import { assignException } from '../../src/lib/server/flows/assign-exception.ts';
import { changeStaff, type StaffChange } from '../../src/lib/server/flows/change-staff.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import { listQueue } from '../../src/lib/server/flows/list-queue.ts';
import { nextException } from '../../src/lib/server/flows/next-exception.ts';
import { passSecondFactor } from '../../src/lib/server/flows/pass-second-factor.ts';
import { destinationHash } from '../../src/lib/server/flows/queue-message.ts';
import { revealField } from '../../src/lib/server/flows/reveal-field.ts';
import { newSetUp, setUpAccount } from '../../src/lib/server/flows/set-up-account.ts';
import { showDeskCase } from '../../src/lib/server/flows/show-desk-case.ts';
import { showQuestion } from '../../src/lib/server/flows/show-question.ts';
import { signIn } from '../../src/lib/server/flows/sign-in.ts';
import { whoGetsWhat } from '../../src/lib/server/flows/who-gets-what.ts';
import { takeInbound } from '../../src/lib/server/flows/take-inbound.ts';
import { isBusy } from '../../src/lib/server/web/busy.ts';
import { askedForPerson, exceptionRow } from '../support/desk.ts';
import { caseOf, got, submitted } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { addStaffMember, PASSWORD, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply } from '../support/writebacks.ts';

let world: World;
let ana: StaffMember;
let auditor: StaffMember;
beforeAll(async () => {
	world = await startWorld({
		change: (source) =>
			source.replace("'Thank you. Your address stays as it is.'", "'We keep {street}.'")
	});
	ana = await addStaffMember(world.parts, { teams: ['arrangements', 'record-care'] });
	auditor = await addStaffMember(world.parts, { roles: ['auditor'] });
});
afterAll(() => world.close());

const change = async (id: string, what: StaffChange) =>
	got(await changeStaff(world.parts, 'command-line', id, what));
const roles = (member: StaffMember, teams: string[], list = member.principal.roles) =>
	change(member.principal.id, {
		do: 'roles',
		roles: list,
		teams: teams.map((team) => ({ team, lead: false }))
	});
const show = (who: StaffMember, id: string) => showDeskCase(world.parts, who.principal, id);
const mine = async (who: StaffMember) => {
	const query = queueQuery.parse({ tab: 'mine' });
	const { items, counts } = got(await listQueue(world.parts, who.principal, query));
	return { ids: items.map(({ id }) => id), count: counts.policy.mine };
};

/** These parts, with something that comes first once the flow begins to write. */
function overtaken(first: () => Promise<unknown>): World['parts'] {
	const { db } = world.parts;
	type Work = Parameters<ReturnType<typeof db.transaction>['execute']>[0];
	const execute = async (work: Work) => {
		await first();
		return db.transaction().execute(work);
	};
	const late = new Proxy(db, {
		get(target, name) {
			if (name === 'transaction') return () => ({ execute });
			const own: unknown = Reflect.get(target, name, target);
			return typeof own === 'function' ? (own.bind(target) as unknown) : own;
		}
	});
	return { ...world.parts, db: late };
}

describe('an account that is changed while somebody signs in', () => {
	test('its old password, compared already, opens nothing', async () => {
		for (const what of ['invite', 'disable'] as const) {
			const { email, principal } = await addStaffMember(world.parts);
			const parts = overtaken(() => change(principal.id, { do: what }));
			const given = { email, password: PASSWORD, source: email };
			expect(await signIn(parts, given)).toEqual({ ok: false, reason: 'wrong' });
		}
	});

	test('its second factor, checked already, opens nothing; nor does one half make two', async () => {
		const email = 'reset@example.org';
		const about = { email, name: 'Rita', roles: ['approver' as const], teams: [] };
		const added = got(await addStaff(world.parts, 'command-line', about));
		const { secret } = newSetUp(email);
		const code = (step: number) =>
			generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 * step });
		const password = 'wharf lentil 9';
		const totp = { secret, code: code(-1) };
		const { recoveryCodes } = got(
			await setUpAccount(world.parts, added.invitation, { password, totp })
		);
		const half = async () =>
			got(await signIn(world.parts, { email, password, source: email })).secret;
		const one = await half();
		const pass = (parts: World['parts'], proof: string) =>
			passSecondFactor(parts, { secret: one, code: proof });
		const both = await Promise.all(
			[code(0), recoveryCodes[0]!].map((proof) => pass(world.parts, proof))
		);
		expect(both.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
		const passing = { secret: await half(), code: recoveryCodes[1]! };
		// New roles leave the codes as they are: it is the session that has ended.
		const parts = overtaken(() => change(added.id, { do: 'roles', roles: ['agent'], teams: [] }));
		expect(await passSecondFactor(parts, passing)).toEqual({ ok: false, reason: 'gone' });
	});

	test('more passwords than are computed at once are a busy moment, not a fault', () => {
		expect(isBusy(new TooManyHashes('too many sign-ins at once'))).toBe(true);
	});
});

describe('who has left a team', () => {
	test('F1 F2: sees nothing more of what they held there', async () => {
		const left = await addStaffMember(world.parts, { teams: ['arrangements'] });
		const { caseId, exception } = await askedForPerson(world, 'C-1025');
		got(await claimException(world.parts, left.principal, exception));
		expect(await mine(left)).toEqual({ ids: [exception], count: 1 });
		await roles(left, ['record-care']);
		expect(await show(left, caseId)).toEqual({ ok: false, reason: 'not-found' });
		expect(await mine(left)).toEqual({ ids: [], count: 0 });
		const decided = await decideException(world.parts, left.principal, exception, {
			outcome: 'cancelled'
		});
		expect(decided).toEqual({ ok: false, reason: 'not-found' });
		expect(await revealField(world.parts, left.principal, caseId, 'customer')).toEqual({
			ok: false,
			reason: 'not-found'
		});
	});

	test('who is in the backup team sees what was given to them, before its time is over', async () => {
		const backup = await addStaffMember(world.parts, { teams: ['team-lead'] });
		const chief = await addStaffMember(world.parts, { roles: ['operations'] });
		const { caseId, exception } = await askedForPerson(world, 'C-1026');
		expect((await show(backup, caseId)).ok).toBe(false);
		const to = backup.principal.id;
		got(await assignException(world.parts, chief.principal, exception, { to, why: 'urgent' }));
		expect((await show(backup, caseId)).ok).toBe(true);
		expect(await mine(backup)).toEqual({ ids: [exception], count: 1 });
	});
});

describe('personal values', () => {
	test('F11: what the customer sees is masked at the desk, where it repeats what is personal', async () => {
		const { caseId } = await askedForPerson(world, 'C-1030', 'address-update');
		const { content } = await caseOf(world, caseId);
		const seen = got(await show(auditor, caseId));
		const lines = [1, 2, 3].map(() => ({ text: '•••••' }));
		expect(seen.sees).toMatchObject({ page: 'choose', view: { lines } });
		for (const fact of ['street', 'postcode', 'city'])
			expect(JSON.stringify(seen)).not.toContain(String(content.facts[fact]));
	});

	test('F11: so is the sentence of what was booked, where it names a personal fact', async () => {
		const sent = await submitted(world, {
			workflow: 'address-update',
			customer: 'C-1031',
			action: 'confirm-address'
		});
		await apply(world, sent);
		const seen = got(await show(auditor, sent.caseId));
		expect(seen.sees).toMatchObject({ page: 'receipt', view: { state: 'booked' } });
		const { street } = (await caseOf(world, sent.caseId)).content.facts;
		expect(JSON.stringify(seen)).not.toContain(String(street));
	});

	test('F11: a permission that was taken away meanwhile shows nobody’s values', async () => {
		const olga = await addStaffMember(world.parts, { roles: ['operations'] });
		const look = () =>
			whoGetsWhat(world.parts, olga.principal, {
				key: 'collections-plan',
				customer: 'C-1026',
				side: '1'
			});
		expect(got(await look()).masked).toBe(false);
		await roles(olga, [], ['auditor']);
		expect(got(await look()).masked).toBe(true);
		const { rows } = await sql<{ clear: boolean }>`select (data->>'clear')::boolean as clear
			from audit_entries where act = 'look-up-customer' order by id`.execute(world.parts.db);
		expect(rows).toEqual([{ clear: true }, { clear: false }]);
	});

	test('S10: a card number is not kept in what a customer is asked', async () => {
		const { exception, visit } = await askedForPerson(world, 'C-1027');
		const words = 'Is 4111 1111 1111 1111 yours?';
		got(await askInput(world.parts, ana.principal, exception, { fact: 'postcode', words }));
		expect((await showQuestion(world.parts, visit))?.words).not.toContain('1111 1111');
	});

	test('a field that objects have by nature is none, and no error', async () => {
		const { caseId } = await askedForPerson(world, 'C-1028');
		for (const field of ['contact:record:constructor', 'contact:trigger:toString'])
			expect(await revealField(world.parts, ana.principal, caseId, field)).toEqual({
				ok: false,
				reason: 'not-found'
			});
	});
});

test('O6: STOP holds also where the case of whoever wrote cannot be read', async () => {
	const sms = '+4917604069333';
	const customer = 'C-1035';
	const id = await openCase(world, { workflow: 'failed-payment', customer, contacts: { sms } });
	const { db } = world.parts;
	await sql`update cases set key = 'lost' where id = ${id}`.execute(db);
	const told = { provider: 'twilio', channel: 'sms', from: sms, text: 'Stop' } as const;
	await takeInbound(world.parts, { ...told, dedupe: 'SM9:received' });
	const hash = destinationHash(world.parts, 'sms', sms);
	const { reason } = await db
		.selectFrom('suppressions')
		.select('reason')
		.where('destination_hash', '=', hash)
		.executeTakeFirstOrThrow();
	expect(reason).toBe('stop-word');
});

test('a case that cannot be read keeps nobody from what waits behind it', async () => {
	const dora = await addStaffMember(world.parts, { teams: ['arrangements'] });
	const first = await askedForPerson(world, 'C-1032');
	const second = await askedForPerson(world, 'C-1033');
	const { db } = world.parts;
	await sql`update exceptions set severity = 0 where id = ${first.exception}`.execute(db);
	await sql`update exceptions set severity = 1 where id = ${second.exception}`.execute(db);
	await sql`update cases set key = 'lost' where id = ${first.caseId}`.execute(db);
	const taken = await nextException(world.parts, dora.principal, { queue: 'policy' });
	expect(got(taken).id).toBe(second.exception);
	expect((await exceptionRow(world, first.exception)).claimed_by).toBeNull();
});
