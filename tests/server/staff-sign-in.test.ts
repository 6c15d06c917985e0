import { generateSync } from 'otplib/functional';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIGN_IN } from '../../src/lib/domain/staff/limits.ts';
import { hashSecret } from '../../src/lib/server/crypto/secrets.ts';
import { addStaff } from '../../src/lib/server/flows/add-staff.ts';
import { changeStaff } from '../../src/lib/server/flows/change-staff.ts';
import { confirmAgain } from '../../src/lib/server/flows/confirm-again.ts';
import { loadSession, pressIn, signOut } from '../../src/lib/server/flows/load-session.ts';
import { passSecondFactor } from '../../src/lib/server/flows/pass-second-factor.ts';
import {
	newSetUp,
	readInvitation,
	setUpAccount
} from '../../src/lib/server/flows/set-up-account.ts';
import { signIn } from '../../src/lib/server/flows/sign-in.ts';
import { addStaffMember, PASSWORD } from '../support/staff.ts';
import { countedIn, fillCounter } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const session = (secret: string) => loadSession(world.parts, secret);
const codeOf = (secret: string, step = 0) =>
	generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 * step });
const withPassword = (email: string, password = PASSWORD) =>
	signIn(world.parts, { email, password, source: `source of ${email}` });

/** An account with an authenticator app, not signed in. */
async function withApp(email: string) {
	const added = await addStaff(world.parts, 'command-line', {
		email,
		name: 'Tom Totp',
		roles: ['approver'],
		teams: []
	});
	if (!added.ok) throw new Error(added.reason);
	const { secret } = newSetUp(email);
	const totp = { secret, code: codeOf(secret, -1) };
	const set = await setUpAccount(world.parts, added.value.invitation, {
		password: 'wharf lentil 9',
		totp
	});
	if (!set.ok) throw new Error(set.reason);
	return { ...added.value, email, secret, recovery: set.value.recoveryCodes };
}
async function half(email: string): Promise<string> {
	const signed = await withPassword(email, 'wharf lentil 9');
	if (!signed.ok || !signed.value.half) throw new Error('there is no half session');
	return signed.value.secret;
}
const move = (
	secret: string,
	minutes: number,
	columns: ('seen_at' | 'created_at' | 'fresh_at')[]
) =>
	world.parts.db
		.updateTable('staff_sessions')
		.set(Object.fromEntries(columns.map((one) => [one, new Date(Date.now() - minutes * 60_000)])))
		.where('secret_hash', '=', hashSecret(secret))
		.execute();

describe('an invitation', () => {
	test('sets an account up once, with a password that is not easily guessed', async () => {
		const added = await addStaff(world.parts, 'command-line', {
			email: 'new@example.org',
			name: 'Nora New',
			roles: ['agent'],
			teams: []
		});
		if (!added.ok) throw new Error(added.reason);
		const { invitation } = added.value;
		const set = (password: string) => setUpAccount(world.parts, invitation, { password });
		expect(await set('short but odd')).toEqual({ ok: false, reason: 'too-short' });
		expect(await set('passwordpassword1')).toEqual({ ok: false, reason: 'too-common' });
		expect(await set('new@example.org')).toEqual({ ok: false, reason: 'too-common' });
		expect(await set('x7'.repeat(65))).toEqual({ ok: false, reason: 'too-long' });
		expect(await readInvitation(world.parts, invitation)).toMatchObject({ name: 'Nora New' });
		const both = await Promise.all([set(PASSWORD), set(PASSWORD)]);
		expect(both.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
		expect(await readInvitation(world.parts, invitation)).toBeNull();
		expect(await withPassword('NEW@example.org ')).toMatchObject({ ok: true });
	});

	test('is void after a day, and when a newer one was made', async () => {
		const { principal } = await addStaffMember(world.parts);
		const invite = async () => {
			const made = await changeStaff(world.parts, 'command-line', principal.id, { do: 'invite' });
			return (made.ok && made.value.invitation) || '';
		};
		const first = await invite();
		const second = await invite();
		expect(await readInvitation(world.parts, first)).toBeNull();
		expect(await readInvitation(world.parts, second)).not.toBeNull();
		await world.parts.db
			.updateTable('staff_invitations')
			.set({ expires_at: new Date() })
			.where('hash', '=', hashSecret(second))
			.execute();
		expect(await readInvitation(world.parts, second)).toBeNull();
	});

	test('the app must show the code of its picture', async () => {
		const added = await addStaff(world.parts, 'command-line', {
			email: 'app@example.org',
			name: 'A',
			roles: ['agent'],
			teams: []
		});
		if (!added.ok) throw new Error(added.reason);
		const { secret } = newSetUp('app@example.org');
		const other = newSetUp('app@example.org').secret;
		const totp = { secret, code: codeOf(other) };
		const set = await setUpAccount(world.parts, added.value.invitation, {
			password: 'wharf lentil 9',
			totp
		});
		expect(set).toEqual({ ok: false, reason: 'wrong-code' });
	});
});

describe('a password', () => {
	test('wrong, unknown, disabled and not set up are one answer', async () => {
		const { email, principal } = await addStaffMember(world.parts);
		expect(await withPassword(email, 'another one entirely')).toEqual({
			ok: false,
			reason: 'wrong'
		});
		const before = await countedIn(world, 'staff-wrong-unknown');
		expect(await withPassword('nobody@example.org')).toEqual({ ok: false, reason: 'wrong' });
		// As much is written as of an account that there is (case R4).
		expect(await countedIn(world, 'staff-wrong-unknown')).toBe(before + 1);
		await changeStaff(world.parts, 'command-line', principal.id, { do: 'disable' });
		expect(await withPassword(email)).toEqual({ ok: false, reason: 'wrong' });
		await changeStaff(world.parts, 'command-line', principal.id, { do: 'enable' });
		expect(await withPassword(email)).toMatchObject({ ok: true });
		await changeStaff(world.parts, 'command-line', principal.id, { do: 'invite' });
		expect(await withPassword(email)).toEqual({ ok: false, reason: 'wrong' });
	});

	test('ten tries of an account, in parallel and from anywhere, are all that is compared', async () => {
		const { email } = await addStaffMember(world.parts);
		const tries = Array.from({ length: 24 }, (_, index) =>
			signIn(world.parts, { email, password: 'another one entirely', source: `s${index}` })
		);
		const said = (await Promise.all(tries)).map((one) => (one.ok ? 'in' : one.reason));
		expect(said.filter((one) => one === 'wrong')).toHaveLength(SIGN_IN.perAccount.count);
		expect(said.filter((one) => one === 'too-many')).toHaveLength(24 - SIGN_IN.perAccount.count);
		// The right one is not compared either, and the answer tells from when.
		const right = await withPassword(email);
		expect(right).toMatchObject({ ok: false, reason: 'too-many' });
		const until = right.ok ? '' : (right.detail ?? '');
		expect(Date.parse(until) - Date.now()).toBeLessThanOrEqual(60 * 60_000);
		const alert = await world.parts.db
			.selectFrom('alerts')
			.select('subject')
			.where('kind', '=', 'staff-sign-in')
			.execute();
		expect(alert).toContainEqual({ subject: 'account' });
	});

	test('a spray from one source over many accounts is stopped, known or not', async () => {
		const spray = Array.from({ length: 30 }, (_, index) =>
			signIn(world.parts, { email: `a${index}@example.org`, password: 'x', source: 'one' })
		);
		const said = (await Promise.all(spray)).map((one) => (one.ok ? 'in' : one.reason));
		expect(said.filter((one) => one === 'wrong')).toHaveLength(SIGN_IN.perSource.count);
	});

	test('a spray that stays below the limits of sources and accounts is told, and refuses nobody', async () => {
		const { email } = await addStaffMember(world.parts);
		const told = async () =>
			(
				await world.parts.db
					.selectFrom('alerts')
					.select('count')
					.where('kind', '=', 'staff-sign-in')
					.where('subject', '=', 'everywhere')
					.execute()
			).length;
		const key = 'staff-wrong-everywhere';
		const { count, minutes } = SIGN_IN.wrongEverywhere;
		await fillCounter(world, { key, seconds: minutes * 60 }, count - 1);
		expect(await withPassword('nobody-1@example.org')).toMatchObject({ reason: 'wrong' });
		expect(await told()).toBe(0);
		expect(await withPassword('nobody-2@example.org')).toMatchObject({ reason: 'wrong' });
		expect(await told()).toBe(1);
		expect(await withPassword(email)).toMatchObject({ ok: true });
	});

	test('a success begins the count of failures anew', async () => {
		const { email } = await addStaffMember(world.parts);
		const key = `staff-password-${world.parts.vault.hash('limit', email)}`;
		await fillCounter(world, { key, seconds: SIGN_IN.perAccount.minutes * 60 }, 9);
		expect(await withPassword(email)).toMatchObject({ ok: true });
		expect(await countedIn(world, key)).toBe(0);
	});
});

describe('the second factor', () => {
	test('D8: one code signs in once, also at once, and no older one does later', async () => {
		const { email, secret } = await withApp('d8@example.org');
		const halves = [await half(email), await half(email), await half(email)];
		const code = codeOf(secret);
		const results = await Promise.all(
			halves.map((one) => passSecondFactor(world.parts, { secret: one, code }))
		);
		expect(results.map(({ ok }) => ok).toSorted()).toEqual([false, false, true]);
		const again = await passSecondFactor(world.parts, { secret: await half(email), code });
		expect(again).toEqual({ ok: false, reason: 'wrong' });
		const older = codeOf(secret, -1);
		const late = await passSecondFactor(world.parts, { secret: await half(email), code: older });
		expect(late).toEqual({ ok: false, reason: 'wrong' });
	});

	test('a password alone opens nothing, and the whole session has another secret', async () => {
		const { email, recovery } = await withApp('half@example.org');
		const secret = await half(email);
		expect(await session(secret)).toBeNull();
		const code = recovery[0]!.toUpperCase();
		const passed = await passSecondFactor(world.parts, { secret, code });
		if (!passed.ok) throw new Error(passed.reason);
		expect(passed.value.secret).not.toBe(secret);
		expect(await session(passed.value.secret)).toMatchObject({ name: 'Tom Totp', fresh: true });
		expect(await passSecondFactor(world.parts, { secret, code: recovery[1]! })).toEqual({
			ok: false,
			reason: 'gone'
		});
	});

	test('a recovery code works once, also at once, and cannot be tried on the table', async () => {
		const { id, email, recovery } = await withApp('recovery@example.org');
		const stored = await world.parts.db
			.selectFrom('staff_recovery_codes')
			.select('hash')
			.where('staff_id', '=', id)
			.execute();
		expect(stored).toHaveLength(10);
		expect(stored).not.toContainEqual({ hash: hashSecret(recovery[0]!.replace('-', '')) });
		const halves = [await half(email), await half(email)];
		const both = await Promise.all(
			halves.map((secret) => passSecondFactor(world.parts, { secret, code: recovery[0]! }))
		);
		expect(both.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
	});

	test('codes are counted, too, and the time is told', async () => {
		const { email } = await withApp('counted@example.org');
		const secret = await half(email);
		const tries = Array.from({ length: 15 }, () =>
			passSecondFactor(world.parts, { secret, code: '000000' })
		);
		const said = (await Promise.all(tries)).map((one) => (one.ok ? 'in' : one.reason));
		expect(said.filter((one) => one === 'wrong').length).toBeLessThanOrEqual(10);
		expect(said).toContain('too-many');
	});
});

test('every proof that was wrong is on record, for whose account it was', async () => {
	const { id, email, recovery } = await withApp('record@example.org');
	expect(await withPassword(email, 'another one')).toMatchObject({ reason: 'wrong' });
	const secret = await half(email);
	expect(await passSecondFactor(world.parts, { secret, code: 'x' })).toMatchObject({
		reason: 'wrong'
	});
	const passed = await passSecondFactor(world.parts, { secret, code: recovery[0]! });
	const principal = await session(passed.ok ? passed.value.secret : '');
	expect(await confirmAgain(world.parts, principal!, 'x')).toMatchObject({ reason: 'wrong' });
	const entries = await world.parts.db
		.selectFrom('audit_entries')
		.select(['act', 'result', 'data'])
		.where('object', '=', `staff:${id}`)
		.orderBy('id')
		.execute();
	expect(entries.slice(-4).map(({ act, result }) => `${act} ${result}`)).toEqual([
		'sign-in wrong',
		'second-factor wrong',
		'sign-in done',
		'confirm-again wrong'
	]);
	expect(JSON.stringify(entries)).not.toContain(recovery[0]);
});

describe('a session', () => {
	test('E4: ends after 15 minutes without a press, and looking is none', async () => {
		const { secret, principal } = await addStaffMember(world.parts);
		await move(secret, 14, ['seen_at']);
		expect(await session(secret)).not.toBeNull();
		await move(secret, 15.1, ['seen_at']);
		expect(await session(secret)).toBeNull();
		// A late press does not bring it back.
		await pressIn(world.parts, principal);
		expect(await session(secret)).toBeNull();
	});

	test('E4: a press keeps it, but for no more than 12 hours', async () => {
		const { secret, principal } = await addStaffMember(world.parts);
		await move(secret, 14, ['seen_at']);
		await pressIn(world.parts, principal);
		await move(secret, 12 * 60 - 1, ['created_at']);
		expect(await session(secret)).not.toBeNull();
		await move(secret, 12 * 60 + 0.1, ['created_at']);
		expect(await session(secret)).toBeNull();
	});

	test('is fresh for 20 minutes; proving it again renews the secret', async () => {
		const { secret, principal } = await addStaffMember(world.parts);
		await move(secret, 20.1, ['fresh_at']);
		expect(await session(secret)).toMatchObject({ fresh: false });
		expect(await confirmAgain(world.parts, principal, 'another one entirely')).toEqual({
			ok: false,
			reason: 'wrong'
		});
		const confirmed = await confirmAgain(world.parts, principal, PASSWORD);
		if (!confirmed.ok) throw new Error(confirmed.reason);
		expect(await session(secret)).toBeNull();
		expect(await session(confirmed.value.secret)).toMatchObject({ fresh: true });
	});

	test('E3: is over at once when it is signed out', async () => {
		const { secret, principal } = await addStaffMember(world.parts);
		await signOut(world.parts, principal);
		expect(await session(secret)).toBeNull();
	});
});
