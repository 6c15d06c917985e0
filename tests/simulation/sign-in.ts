import { type VerifiedVisit, verifyVisit } from '../../src/lib/domain/identity/proofs.ts';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { checkFacts } from '../../src/lib/server/flows/check-facts.ts';
import { openLink } from '../../src/lib/server/flows/open-link.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import { loadVisit, type PageVisit } from '../../src/lib/server/flows/load-visit.ts';
import { startVisit } from '../../src/lib/server/flows/start-visit.ts';
import { type Acting, pause, press, type Step } from './acts.ts';
import { contactsOf, type Person } from './people.ts';

const lastMatch = ({ person, phones }: Acting, pattern: RegExp): string | undefined => {
	const found = phones
		.inbox(...contactsOf(person))
		.flatMap((body) => pattern.exec(body)?.[1] ?? []);
	return found.at(-1);
};

/** The token of the newest link on this phone, once there is one. */
async function* link(acting: Acting, patience: number): Step<string | null> {
	for (let waited = 0; waited < patience; waited += 1) {
		const token = lastMatch(acting, /\/l\/([\w.-]+)/);
		if (token) return token;
		yield;
	}
	return null;
}

/** Opens the newest link and presses its button: a visit that has proved nothing. */
export async function* beginVisit(acting: Acting): Step<PageVisit | null> {
	const token = yield* link(acting, 40);
	if (!token) {
		acting.note('gave up: no link');
		return null;
	}
	const ticket = yield* press(acting, async (parts) => {
		const opened = await openLink(parts, token);
		return opened.ok ? startVisit(parts, opened.value) : null;
	});
	if (!ticket) acting.note('link was not available');
	return ticket ? yield* visitOf(acting, ticket) : null;
}

async function* visitOf(
	acting: Acting,
	{ visitId, secret }: { visitId: string; secret: string }
): Step<PageVisit | null> {
	acting.cookies.set(visitId, secret);
	const loaded = yield* press(acting, (parts) => loadVisit(parts, visitId, secret));
	return loaded.ok ? loaded.value : null;
}

/** From the link to a visit that may see the choices; `null` if this person cannot or will not. */
export async function* enter(acting: Acting, action?: string): Step<VerifiedVisit | null> {
	for (let tried = 0; tried < 3; tried += 1) {
		let visit = yield* beginVisit(acting);
		for (let asked = 0; visit && asked < 8; asked += 1) {
			const here: PageVisit = visit;
			const view = yield* press(acting, (parts) => showVerify(parts, here, action));
			if (!view) {
				const verified = verifyVisit(here, here.need);
				return verified.ok ? verified.value : null;
			}
			if (view.ask === 'person') {
				acting.note('gave up: a person has it');
				return null;
			}
			if (view.ask === 'wait') yield* pause(10);
			if (view.ask === 'known-facts') visit = yield* answerFacts(acting, here, action);
			if (view.ask === 'code') {
				// Before the record was read nobody knows where a code can go: any channel will do.
				const channels = view.destinations.map(({ channel }) => channel);
				const channel = acting.person.random.one(channels.length ? channels : (['sms'] as const));
				const ask = !view.sent || acting.person.random.chance(0.1);
				if (ask) {
					const sent = yield* press(acting, (parts) =>
						requestCode(parts, here, channel, sourceOf(acting.person), action)
					);
					if (!sent.ok) acting.note(`code: ${sent.reason}`);
				}
				visit = yield* typeCode(acting, here);
			}
		}
	}
	acting.note('gave up: never got in');
	return null;
}

const sourceOf = ({ record }: Person) => `source-${record.id}`;

async function* answerFacts(
	acting: Acting,
	visit: PageVisit,
	action?: string
): Step<PageVisit | null> {
	const { record, random } = acting.person;
	const birth_date = random.chance(0.2) ? '1980-01-01' : record.birthDate;
	const answers = { birth_date, postcode: record.address.postcode };
	const checked = yield* press(acting, (parts) => checkFacts(parts, visit, answers, action));
	return checked.ok ? yield* visitOf(acting, checked.value) : visit;
}

/** Types the newest code on the phone once it is there, and now and then another one. */
async function* typeCode(acting: Acting, visit: PageVisit): Step<PageVisit | null> {
	const { random } = acting.person;
	const code = yield* newCode(acting);
	const slip = random.chance(0.12);
	if (!code && !slip) return visit;
	const typed = slip || !code ? String(random.between(100_000, 999_999)) : code;
	if (typed === code) acting.typed.add(code);
	const check = () =>
		acting.request((parts) => checkCode(parts, visit, typed, sourceOf(acting.person)));
	// Now and then two presses at once, on two nodes: one of them counts.
	const presses = random.chance(0.15) ? [check(), check()] : [check()];
	const answers = (await Promise.all(presses)).filter((answer) => answer !== null);
	yield;
	const [passed, twice] = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
	if (twice) throw new Error('One code opened two visits.');
	if (passed) return yield* visitOf(acting, passed);
	// The node died before it was kept, or after it: then the visit is gone, and there is a new one.
	if (answers.length === 0) acting.typed.delete(typed);
	const gone = answers.some((answer) => !answer.ok && answer.reason === 'no-code');
	return gone ? null : visit;
}

async function* newCode(acting: Acting): Step<string | null> {
	for (let waited = 0; waited < 25; waited += 1) {
		yield;
		const code = lastMatch(acting, /(?<!\d)(\d{6})(?!\d)/);
		if (code && !acting.typed.has(code)) return code;
	}
	return null;
}

/** Whoever got the link and not the phone: presses and guesses, on many nodes at once. */
export async function* guess(acting: Acting, ask: boolean): Step<void> {
	const visit = yield* beginVisit(acting);
	if (!visit) return;
	const { random } = acting.person;
	if (ask)
		yield* press(acting, (parts) => requestCode(parts, visit, 'sms', sourceOf(acting.person)));
	const codes = Array.from({ length: random.between(3, 8) }, () =>
		String(random.between(100_000, 999_999))
	);
	await Promise.all(
		codes.map((code) =>
			acting.request((parts) =>
				checkCode(parts, visit, code, `stranger-${acting.person.record.id}`)
			)
		)
	);
	yield;
}
